/** `npm run packages`: builds everything that users install, into the folder packages/: for npm, one executable, a .deb, and a container image. */
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildDebianPackage } from "./debian.ts";
import { buildExecutable } from "./executable.ts";
import { buildImage } from "./image.ts";
import { run } from "./run.ts";

const { values: flags } = parseArgs({
  options: { folder: { type: "string" }, "without-code-cache": { type: "boolean" }, version: { type: "string" } },
});
const root = join(import.meta.dirname, "..", "..");
const folder = resolve(flags.folder ?? join(root, "packages"));
const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { readonly version: string };
const version = flags.version ?? manifest.version;

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await run("npm", ["pack", "--silent", "--pack-destination", folder], { folder: root });
const executable = join(folder, `hostsfile-server-${version}-linux-${process.arch}`);
const { notices } = await buildExecutable({ path: executable, hasCodeCache: flags["without-code-cache"] !== true });
await buildDebianPackage({ folder, version, executable, notices });
const image = await buildImage({ folder, version, executable, notices });
for (const path of [
  join(folder, `hostsfile-server-${manifest.version}.tgz`),
  executable,
  join(folder, `hostsfile-server_${version}_${process.arch === "x64" ? "amd64" : process.arch}.deb`),
  image,
]) {
  const digest = createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
  const size = ((await stat(path)).size / 1024 / 1024).toFixed(1);
  process.stdout.write(`${digest}  ${basename(path)}  ${size} MiB\n`);
}
