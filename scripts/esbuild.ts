/** Runs esbuild, whose program comes in a package for each platform: so the lock file has its digest, and no script installs it. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..");

/** What went into a bundle (esbuild.github.io/api/#metafile). */
export interface BundleInputs {
  /** Paths of the files, relative to the root of the repository. */
  readonly inputs: readonly string[];
}

/**
 * Bundles for Node, from the root of the repository.
 *
 * @param flags - of esbuild's command line (esbuild.github.io/api/), with entry points and output
 * @throws Error with what esbuild said
 */
export async function bundle(flags: readonly string[]): Promise<BundleInputs> {
  const folder = await mkdtemp(join(tmpdir(), "hostsfile-server-bundle-"));
  try {
    const metafile = join(folder, "meta.json");
    const always = ["--bundle", "--platform=node", "--legal-comments=none", "--log-level=warning"];
    const { stderr } = await promisify(execFile)(program(), [...flags, ...always, `--metafile=${metafile}`], {
      cwd: root,
    });
    process.stderr.write(stderr);
    const { inputs } = JSON.parse(await readFile(metafile, "utf8")) as { readonly inputs: object };
    return { inputs: Object.keys(inputs) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function program(): string {
  const file = process.platform === "win32" ? "esbuild.exe" : "bin/esbuild";
  const name = `@esbuild/${process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/${file}`);
  } catch (error) {
    throw new Error(`${name} is not installed; to fix, run: npm ci`, { cause: error });
  }
}
