/** One file that needs no Node: the program within Node's own executable (nodejs.org/api/single-executable-applications.html). */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { addonName } from "../../src/platform/kernel-calls.ts";
import { bundle } from "../esbuild.ts";
import { compileKernelCalls } from "../kernel-calls.ts";
import { line, noticesName, renderNotice, renderNotices } from "../notices.ts";
import { run } from "./run.ts";

/**
 * Builds the executable.
 *
 * @param options - where; and whether it holds compiled code, with which it starts twice as fast, but which V8 makes
 *   different each time, since it holds the random seed of its hash tables
 * @returns its licence and those of what it holds, which it prints with --licenses
 */
export async function buildExecutable(options: {
  readonly path: string;
  readonly hasCodeCache: boolean;
}): Promise<{ readonly notices: string }> {
  const { path, hasCodeCache } = options;
  const node = await fetchNode();
  const folder = await mkdtemp(join(tmpdir(), "hostsfile-server-executable-"));
  try {
    const notices = await bundleAsOne(join(folder, "main.cjs"));
    await writeFile(join(folder, noticesName), notices);
    if (!(await compileKernelCalls(join(folder, addonName)))) throw new Error("the executable needs a C compiler");
    const configuration = {
      main: "main.cjs",
      mainFormat: "commonjs",
      output: "program",
      disableExperimentalSEAWarning: true,
      useCodeCache: hasCodeCache,
      assets: { [addonName]: addonName, [noticesName]: noticesName },
    };
    await writeFile(join(folder, "sea.json"), JSON.stringify(configuration));
    await run(node, ["--build-sea", "sea.json"], { folder });
    await run("mv", [join(folder, "program"), path]);
    await chmod(path, 0o755);
    return { notices };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Bundles both commands into one file of CommonJS, which an executable holds.
 *
 * @returns its own licence, those of what it holds, and Node's
 */
async function bundleAsOne(outfile: string): Promise<string> {
  const { inputs } = await bundle([
    "src/cli/single.ts",
    `--outfile=${outfile}`,
    "--target=node26",
    "--format=cjs",
    "--minify",
    // What an ES module knows of its place; within the executable there is no file.
    "--define:import.meta.dirname=__dirname",
    "--define:import.meta.url=__filename",
  ]);
  const own = await readFile(join(import.meta.dirname, "..", "..", "LICENSE"), "utf8");
  const ofNode = await readFile(licenceBeside(await fetchNode()), "utf8");
  return [own, renderNotices(inputs), renderNotice("Node.js", ofNode)].join(`\n${line}\n`);
}

/**
 * Node without its symbols, a fifth smaller, from the package of the platform that `node/package-lock.json` pins.
 *
 * @throws Error when npm finds none with the digest that is pinned
 */
export async function fetchNode(): Promise<string> {
  const { name, version, integrity } = await pinnedNode();
  const digest = createHash("sha256").update(integrity).digest("hex").slice(0, 16);
  const kept = join(homedir(), ".cache", "hostsfile-server", `${name}-${version}-${digest}`);
  if (existsSync(kept) && existsSync(licenceBeside(kept))) return kept;
  await mkdir(join(kept, ".."), { recursive: true });
  const folder = await mkdtemp(join(kept, "..", "node-"));
  try {
    await cp(pins, folder, { recursive: true });
    await run("npm", ["ci", "--silent", "--ignore-scripts"], { folder });
    const node = join(folder, "node_modules", name, "bin", "node");
    // To npm it is optional, so another content is not an error.
    if (!existsSync(node))
      throw new Error(`npm found no ${name} ${version} of the digest in ${pins}/package-lock.json`);
    await run("strip", [node]);
    await rename(join(folder, "node_modules", name, "LICENSE"), licenceBeside(kept));
    await rename(node, kept);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return kept;
}

function licenceBeside(node: string): string {
  return `${node}.LICENSE`;
}

/** The first line of Node that builds executables without another tool. */
const pins = join(import.meta.dirname, "node");

async function pinnedNode(): Promise<{ readonly name: string; readonly version: string; readonly integrity: string }> {
  const name = `node-${process.platform}-${process.arch}`;
  const lock = JSON.parse(await readFile(join(pins, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string }>>;
  };
  const pinned = lock.packages[`node_modules/${name}`];
  if (pinned === undefined) throw new Error(`scripts/packages/node/package-lock.json does not pin ${name}`);
  return { name, ...pinned };
}
