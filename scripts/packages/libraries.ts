/** The C libraries of the executable, as the Debian that builds the image has them, with their licences and versions. */
import { mkdir, copyFile, readFile, realpath, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "./run.ts";

/**
 * Copies the libraries that a program needs, and the loader, to the paths where it looks for them. Licences are put
 * where Debian has them, and each package's data where scanners look for them in images without a package manager.
 *
 * @param tree - the root of the image
 * @throws Error on a system whose libraries do not come from packages of Debian
 */
export async function putLibraries(tree: string, program: string): Promise<void> {
  // As in `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)`, and the loader's path alone (ldd(1)).
  const paths = [...(await run("ldd", [program])).matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
  const packages = new Set<string>();
  for (const path of paths) {
    packages.add(await packageOf(path));
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await copyFile(await realpath(path), join(tree, path));
  }
  for (const name of [...packages].toSorted()) {
    const [plain = ""] = name.split(":");
    await put(join(tree, "usr/share/doc", plain, "copyright"), await readFile(`/usr/share/doc/${plain}/copyright`));
    await put(join(tree, "var/lib/dpkg/status.d", plain), await run("dpkg-query", ["--status", name]));
  }
}

/** The package has the path that it was built with, which is another one where `/lib` has become a link to `/usr/lib`. */
async function packageOf(path: string): Promise<string> {
  for (const candidate of [path, `/usr${path}`]) {
    const found = await run("dpkg-query", ["--search", candidate]).catch(() => undefined);
    const name = found?.split(": ")[0];
    if (name !== undefined) return name;
  }
  throw new Error(`The image needs Debian's libraries, and ${path} is of no package here.`);
}

async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
