/** Programs that resolve names as the programs of a desktop do: by musl, and by Go's own resolver. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "./tools.ts";

const run = promisify(execFile);
const sources = join(import.meta.dirname, "resolver-clients");

/** Where they are built. */
export const resolverClientsFolder = join(cacheFolder, "resolver-clients");

export const resolverClients = {
  musl: join(resolverClientsFolder, "musl"),
  go: join(resolverClientsFolder, "go"),
  /** Java reads it as it is. */
  java: join(sources, "Resolve.java"),
};

/** Builds them in a folder. Debian's musl is unpacked there, so that nothing is installed. */
export async function buildResolverClients(folder: string): Promise<string> {
  const made = join(folder, "made");
  await mkdir(made);
  await run("apt-get", ["update", "-q"]);
  await run("apt-get", ["download", "musl-dev"], { cwd: folder });
  await run("sh", ["-c", 'dpkg -x musl-dev*.deb "$PWD"'], { cwd: folder });
  const name = process.arch === "arm64" ? "aarch64-linux-musl" : "x86_64-linux-musl";
  const library = (file: string): string => join(folder, "usr/lib", name, file);
  const flags = ["-O2", "-static", "-nostdinc", "-nostdlib", "-isystem", join(folder, "usr/include", name)];
  const parts = ["crt1.o", "crti.o"].map(library);
  const ends = ["libc.a", "crtn.o"].map(library);
  const source = join(sources, "resolve.c");
  await run("gcc", [...flags, "-o", join(made, "musl"), ...parts, source, ...ends.slice(0, 1), "-lgcc", ...ends]);
  const env = { ...process.env, CGO_ENABLED: "0" };
  await run("go", ["build", "-trimpath", "-o", join(made, "go"), join(sources, "resolve.go")], { cwd: folder, env });
  return made;
}
