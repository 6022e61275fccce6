/** Knot and dnsperf from Debian's packages, unpacked beside the other tools: their services must not start on this machine. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "./tools.ts";

const run = promisify(execFile);

/** Where the packages are unpacked. */
const dnsToolsFolder = join(cacheFolder, "dns-tools");

/** Programs for what judges and measures the DNS responder. */
export const dnsTools = {
  folder: dnsToolsFolder,
  knotd: join(dnsToolsFolder, "usr/sbin/knotd"),
  dnsperf: join(dnsToolsFolder, "usr/bin/dnsperf"),
};

/** What the programs need in their environment: the libraries that came with them. */
export function dnsToolsEnvironment(): NodeJS.ProcessEnv {
  const name = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  return { ...process.env, LD_LIBRARY_PATH: join(dnsToolsFolder, "usr/lib", name) };
}

/** Unpacks the packages, and those that they need and this machine does not have, into a folder. */
export async function unpackDNSTools(folder: string): Promise<string> {
  const wanted = ["knot", "dnsperf"];
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
