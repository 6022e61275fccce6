/** The YAML of config.yaml as a tree of texts with their places, so that a problem of a value can be shown at its place. */
import { type Alias, type Node, type Pair, isAlias, isMap, isNode, isSeq, parseDocument } from "yaml";
import type { Problem } from "./problem.ts";

/** A node; `offset` counts the characters before it in the text. Scalars are kept as they were written, unquoted. */
export type Tree =
  | { readonly kind: "empty"; readonly offset: number }
  | { readonly kind: "text"; readonly offset: number; readonly text: string }
  | { readonly kind: "list"; readonly offset: number; readonly items: readonly Tree[] }
  | { readonly kind: "map"; readonly offset: number; readonly fields: ReadonlyMap<string, Tree> };

/**
 * Parses YAML 1.2.
 *
 * @returns the tree, and what is wrong with the YAML; a broken text has the part that could be read
 */
export function parseTree(text: string): { readonly tree: Tree; readonly problems: readonly Problem[] } {
  const document = parseDocument(text, { prettyErrors: false });
  const problems = [...document.errors, ...document.warnings].map(({ message, pos: [offset] }) => ({
    offset,
    message: `${message.replace(/\.$/, "")}.`,
  }));
  const target = (alias: Alias): unknown => alias.resolve(document);
  return {
    tree: makeTree(document.contents, { offset: 0, target, done: new Map() }),
    problems: firstOfEachSpot(problems),
  };
}

/** The parser may say several things about one spot, of which the first tells most. */
function firstOfEachSpot(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.toReversed().map((problem) => [problem.offset, problem])).values()];
}

interface Surroundings {
  /** The place of a node that is not there. */
  readonly offset: number;
  readonly target: (alias: Alias) => unknown;
  /** Each node is converted once, so that aliases in aliases cost nothing, and one inside itself ends. */
  readonly done: Map<unknown, Tree>;
}

function makeTree(node: unknown, surroundings: Surroundings): Tree {
  if (!isNode(node)) return { kind: "empty", offset: surroundings.offset };
  const done = surroundings.done.get(node);
  if (done !== undefined) return done;
  const offset = node.range?.[0] ?? surroundings.offset;
  surroundings.done.set(node, { kind: "empty", offset });
  const tree = convert(node, { ...surroundings, offset });
  surroundings.done.set(node, tree);
  return tree;
}

function convert(node: Node, surroundings: Surroundings): Tree {
  const { offset, target } = surroundings;
  if (isAlias(node)) return { ...makeTree(target(node), surroundings), offset };
  if (isSeq(node)) return { kind: "list", offset, items: node.items.map((item) => makeTree(item, surroundings)) };
  if (isMap(node)) return { kind: "map", offset, fields: new Map(node.items.map((pair) => field(pair, surroundings))) };
  const { value, source = "" } = node;
  return value === null || source === "" ? { kind: "empty", offset } : { kind: "text", offset, text: source };
}

/** A field without a value is shown at its key. */
function field({ key, value }: Pair, surroundings: Surroundings): [string, Tree] {
  const name = makeTree(key, surroundings);
  const tree = makeTree(value, { ...surroundings, offset: name.offset });
  return [name.kind === "text" ? name.text : "", tree.kind === "empty" ? { ...tree, offset: name.offset } : tree];
}

/** What is at a path: an empty node also where the path ends early; `blocked` when a part on the way has no such parts. */
export type Way =
  | { readonly kind: "open"; readonly found: Tree }
  | { readonly kind: "blocked"; readonly found: Tree; readonly part: Path; readonly expected: "keys" | "list" };

/** Keys, and places in lists. */
type Path = readonly (string | number)[];

/** Follows a path from a node. */
export function follow(tree: Tree, path: Path): Way {
  let found = tree;
  for (const [index, step] of path.entries()) {
    if (found.kind === "empty") break;
    const next: Tree = { kind: "empty", offset: found.offset };
    if (typeof step === "number" && found.kind === "list") found = found.items[step] ?? next;
    else if (typeof step === "string" && found.kind === "map") found = found.fields.get(step) ?? next;
    else {
      return {
        kind: "blocked",
        found,
        part: path.slice(0, index),
        expected: typeof step === "number" ? "list" : "keys",
      };
    }
  }
  return { kind: "open", found };
}
