/** Unpacks packages of Debian beside the other tools, for programs whose services and settings must not get onto this machine. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Unpacks packages, and those that they need and this machine does not have.
 *
 * @param folder - where they are downloaded to
 * @returns the folder with their files
 */
export async function unpackPackages(folder: string, wanted: readonly string[]): Promise<string> {
  // A bare machine has no list of packages, or an old one.
  await run("apt-get", ["update", "-q"]);
  const { stdout } = await run("apt-get", ["install", "--simulate", "--no-install-recommends", ...wanted]);
  const missing = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name = ""]) => name);
  // On a machine that has one of them, it is unpacked all the same, so that all are in one place.
  const names = [...new Set([...wanted, ...missing])];
  const made = join(folder, "made");
  await mkdir(made);
  await run("apt-get", ["download", ...names], { cwd: folder });
  await run("sh", ["-c", 'for package in *.deb; do dpkg -x "$package" made; done'], { cwd: folder });
  return made;
}

/** What programs in such a folder need in their environment: the libraries that came with them. */
export function unpackedEnvironment(folder: string): Readonly<Record<string, string>> {
  const name = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  return { LD_LIBRARY_PATH: ["usr/lib", "lib"].map((path) => join(folder, path, name)).join(":") };
}
