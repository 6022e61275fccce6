/** Bundles each command into one file under dist/, so that starting it reads one file instead of a dependency tree. */
import { rm, writeFile } from "node:fs/promises";
import { addonName } from "../src/platform/kernel-calls.ts";
import { bundle } from "./esbuild.ts";
import { compileKernelCalls } from "./kernel-calls.ts";
import { noticesName, renderNotices } from "./notices.ts";

await rm("dist", { recursive: true, force: true });
const { inputs } = await bundle([
  "hostsfile-server=src/cli/main.ts",
  "dtk=src/cli/dtk.ts",
  "--outdir=dist",
  "--splitting",
  "--target=node24",
  "--format=esm",
  "--minify-syntax",
  // CommonJS dependencies call require(), which an ES module does not have.
  '--banner:js=import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
]);
await compileKernelCalls(`dist/${addonName}`);
await writeFile(`dist/${noticesName}`, renderNotices(inputs));
