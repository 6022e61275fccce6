/** Bundles the commands into dist/, so that a start reads a few files instead of a dependency tree. */
import { rm, writeFile } from "node:fs/promises";
import { bundledAlone } from "../src/cli/bundle.ts";
import { commands } from "../src/cli/server/commands.ts";
import { addonName } from "../src/platform/kernel-calls.ts";
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
    '--banner:js=import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  ]);
  return inputs;
}

/** Bundles one command of hostsfile-server without the others. */
async function bundleAlone(command: string): Promise<readonly string[]> {
  const others = commands.map(({ name }) => name).filter((name) => name !== command);
  const externals = others.map((name) => `--external:./src/cli/server/${name}.ts`);
  return bundleForNode(`${command}=src/cli/hostsfile-server.ts`, ...externals);
}

await rm("dist", { recursive: true, force: true });
const inputs = [
  await bundleForNode("hostsfile-server=src/cli/main.ts"),
  await bundleForNode("commands=src/cli/hostsfile-server.ts", "dtk=src/cli/dtk.ts"),
  ...(await Promise.all(bundledAlone.map(bundleAlone))),
].flat();
await compileKernelCalls(`dist/${addonName}`);
await writeFile(`dist/${noticesName}`, renderNotices(inputs));
