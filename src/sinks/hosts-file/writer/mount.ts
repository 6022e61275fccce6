/** Reads which mount a path lies on from the kernel's table (proc_pid_mountinfo(5)). Pure. */

export interface Mount {
  readonly point: string;
  /** Which of both is read-only, if one is: this mount of it, or the file system as a whole. */
  readonly readOnly: "mount" | "file system" | undefined;
  /** Whether what is mounted was removed or replaced where it came from, so that nothing else leads to it. */
  readonly isOrphaned: boolean;
}

interface Row extends Mount {
  /** Of the file system, as in `8:1`. */
  readonly device: string;
  /** What of the file system is mounted, as a path in it. */
  readonly root: string;
}

/**
 * Finds the mount of a path.
 *
 * @param table - text of the file; empty where there is none
 * @param path - a real path
 * @returns the last mount on the deepest mount point above the path, or undefined
 */
export function findMount(table: string, path: string): Mount | undefined {
  const row = findRow(readRows(table), path);
  return row && { point: row.point, readOnly: row.readOnly, isOrphaned: row.isOrphaned };
}

/**
 * Where else a file lies that is a mount of its own: the paths that lead to it through the folder that it came from.
 *
 * @param path - a real path
 * @returns likely paths, for the caller to compare; none for a file that is not a mount of its own
 */
export function findOrigins(table: string, path: string): readonly string[] {
  const rows = readRows(table);
  const own = findRow(rows, path);
  if (own?.point !== path) return [];
  return rows.flatMap(({ device, root, point }) =>
    device === own.device && root !== own.root && isAbove(root, own.root) ? [join(point, root, own.root)] : [],
  );
}

/** The path of `file` where its folder `root` is mounted at `point`. */
function join(point: string, root: string, file: string): string {
  const rest = root === "/" ? file : file.slice(root.length);
  return point === "/" ? rest : `${point}${rest}`;
}

function findRow(rows: readonly Row[], path: string): Row | undefined {
  let found: Row | undefined;
  for (const row of rows) {
    if (isAbove(row.point, path) && row.point.length >= (found?.point.length ?? 0)) found = row;
  }
  return found;
}

function readRows(table: string): readonly Row[] {
  return table.split("\n").flatMap((line) => {
    const [, , device, root, point, options = "", ...rest] = line.split(" ");
    if (device === undefined || root === undefined || point === undefined) return [];
    const isOrphaned = root.endsWith(orphaned);
    return {
      device,
      root: unescape(isOrphaned ? root.slice(0, -orphaned.length) : root),
      point: unescape(point),
      readOnly: readOnlyOf(options, rest.at(-1) ?? ""),
      isOrphaned,
    };
  });
}

/** What the kernel appends to the path of what was removed (linux/fs/d_path.c, dentry_path). */
const orphaned = "//deleted";

/** The options of the file system are the last field. */
function readOnlyOf(ofMount: string, ofFileSystem: string): Mount["readOnly"] {
  if (ofFileSystem.split(",").includes("ro")) return "file system";
  return ofMount.split(",").includes("ro") ? "mount" : undefined;
}

function isAbove(point: string, path: string): boolean {
  return point === "/" || path === point || path.startsWith(`${point}/`);
}

function unescape(text: string): string {
  return text.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
