/** Bundles the commands into dist/, so that a start reads a few files instead of a dependency tree. */
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { bundledAlone } from "../src/cli/bundle.ts";
import { commands } from "../src/cli/server/commands.ts";
import { addonName } from "../src/platform/kernel-calls.ts";
import { takeBuiltInModules } from "./built-in-modules.ts";
import { bundle } from "./esbuild.ts";
import { compileKernelCalls } from "./kernel-calls.ts";
import { noticesName, renderNotices } from "./notices.ts";

/** Bundles entries into dist/, with a chunk for each command that they load when it runs. */
async function bundleForNode(...flags: readonly string[]): Promise<readonly string[]> {
  const { inputs } = await bundle([
    ...flags,
    "--outdir=dist",
    "--splitting",
    "--target=node24",
    "--format=esm",
    "--minify-syntax",
    // CommonJS dependencies call require(), which an ES module does not have.
    '--banner:js=import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
  ]);
  return inputs;
}

/** Bundles one command of hostsfile-server without the others. */
async function bundleAlone(command: string): Promise<readonly string[]> {
  const others = commands.map(({ name }) => name).filter((name) => name !== command);
  // A command of two words has a file whose name joins them.
  const files = others.map((name) => name.replace(" ", "-"));
  const externals = files.map((name) => `--external:./src/cli/server/${name}.ts`);
  return bundleForNode(`${command}=src/cli/hostsfile-server.ts`, ...externals);
}

await rm("dist", { recursive: true, force: true });
const inputs = [
  await bundleForNode("hostsfile-server=src/cli/main.ts"),
  await bundleForNode("commands=src/cli/hostsfile-server.ts", "dtk=src/cli/dtk.ts"),
  ...(await Promise.all(bundledAlone.map(bundleAlone))),
].flat();
// A program that somebody starts meanwhile keeps a folder of compiled code here.
for (const name of (await readdir("dist")).filter((each) => each.endsWith(".js"))) {
  const path = `dist/${name}`;
  await writeFile(path, takeBuiltInModules(await readFile(path, "utf8")));
}
await compileKernelCalls(`dist/${addonName}`);
await writeFile(`dist/${noticesName}`, renderNotices(inputs));
