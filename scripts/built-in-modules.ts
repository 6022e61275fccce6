/**
 * Has a bundle take Node's own modules as they are. When an ES module imports one, Node reads each export of it, and to
 * read some is to load them: with `node:fs` come streams, with `node:crypto` comes the cryptography of the web, with
 * `node:http` a second HTTP client. A command that needs none of these starts sooner without them.
 */

const importing = /^import (?:(\w+)(?:, )?)?(?:(\{(?![^}]*\bdefault\b)[^}]*\})|\* as (\w+))? ?from "(node:[\w/]+)";$/gm;

/**
 * Replaces the imports of Node's own modules in the code of an ES module, as esbuild writes them.
 *
 * @throws Error when one is left
 */
export function takeBuiltInModules(code: string): string {
  const taken = code.replaceAll(importing, (_, whole?: string, some?: string, namespace?: string, name?: string) => {
    const module = `globalThis.process.getBuiltinModule("${name}")`;
    const bindings = [whole, namespace, some?.replaceAll(" as ", ": ")].filter((binding) => binding !== undefined);
    return bindings.map((binding) => `const ${binding} = ${module};`).join(" ");
  });
  const [left] = /^import\b[^"]*"node:.*$/m.exec(taken) ?? [];
  if (left !== undefined) throw new Error(`this import of a module of Node is not understood: ${left}`);
  return taken;
}
