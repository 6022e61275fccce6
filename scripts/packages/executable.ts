/** One file that needs no Node: the program within Node's own executable (nodejs.org/api/single-executable-applications.html). */
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { compileKernelCalls } from "../kernel-calls.ts";
import { run } from "./run.ts";

const root = join(import.meta.dirname, "..", "..");

/** The first line of Node that builds executables by itself; older ones need a tool for it. */
const nodeVersion = "26.10.0";

/**
 * Builds the executable.
 *
 * @param options - where; and whether it holds compiled code, with which it starts twice as fast, but which V8 makes
 *   different each time, since it holds the random seed of its hash tables
 */
export async function buildExecutable(options: {
  readonly path: string;
  readonly hasCodeCache: boolean;
}): Promise<void> {
  const { path, hasCodeCache } = options;
  const node = await fetchNode();
  const folder = await mkdtemp(join(tmpdir(), "hostsfile-server-executable-"));
  try {
    await bundle(join(folder, "main.cjs"));
    const addon = `kernel-calls-linux-${process.arch}.node`;
    if (!(await compileKernelCalls(join(folder, addon)))) throw new Error("the executable needs a C compiler");
    const configuration = {
      main: "main.cjs",
      mainFormat: "commonjs",
      output: "program",
      disableExperimentalSEAWarning: true,
      useCodeCache: hasCodeCache,
      assets: { [addon]: addon },
    };
    await writeFile(join(folder, "sea.json"), JSON.stringify(configuration));
    await run(node, ["--build-sea", "sea.json"], { folder });
    await run("mv", [join(folder, "program"), path]);
    await chmod(path, 0o755);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(root, "src/cli/single.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node26",
    format: "cjs",
    minify: true,
    legalComments: "none",
    // What an ES module knows of its place; within the executable there is no file.
    define: { "import.meta.dirname": "__dirname", "import.meta.url": "__filename" },
    logLevel: "error",
  });
}

/** Node without its symbols, a fifth smaller, from npm's package of the platform; npm checks what it fetched. */
export async function fetchNode(): Promise<string> {
  const name = `node-linux-${process.arch}`;
  const kept = join(homedir(), ".cache", "hostsfile-server", `${name}-${nodeVersion}`);
  if (existsSync(kept)) return kept;
  await mkdir(join(kept, ".."), { recursive: true });
  const folder = await mkdtemp(join(kept, "..", "node-"));
  try {
    await run("npm", ["install", "--silent", "--no-save", "--prefix", folder, `${name}@${nodeVersion}`]);
    const node = join(folder, "node_modules", name, "bin", "node");
    await run("strip", [node]);
    await rename(node, kept);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return kept;
}
