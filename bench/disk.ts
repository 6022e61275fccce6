/** The place where everything is measured: a folder on a disk, because fsync costs nothing elsewhere. */
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Disk extends Disposable {
  readonly path: string;
  /** As in `ext4`. */
  readonly fileSystem: string;
}

const inMemory: ReadonlySet<string> = new Set(["tmpfs", "ramfs", "devtmpfs"]);

/**
 * Makes a scratch folder in the system's folder for such, or in the checkout if that one lies in memory.
 *
 * @throws Error when both lie in memory
 */
export function openDisk(): Disk {
  const places = [tmpdir(), join(import.meta.dirname, "..", "node_modules")];
  const place = places.find((folder) => !inMemory.has(fileSystemOf(folder)));
  if (place === undefined) throw new Error(`${places.join(" and ")} lie in memory; set TMPDIR to a folder on a disk.`);
  const path = mkdtempSync(join(place, "hostsfile-server-bench-"));
  return {
    path,
    fileSystem: fileSystemOf(path),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** The type of the file system that a path is on: that of the longest mount point before it (proc(5), mountinfo). */
function fileSystemOf(path: string): string {
  const real = realpathSync(path);
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [place = "", kind = ""] = line.split(" - ");
      return { point: place.split(" ")[4] ?? "", type: kind.split(" ")[0] ?? "" };
    })
    .filter(({ point }) => point === "/" || real === point || real.startsWith(`${point}/`));
  return mounts.toSorted((left, right) => left.point.length - right.point.length).at(-1)?.type ?? "unknown";
}
