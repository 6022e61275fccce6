/** Reads which mount a path lies on from /proc/self/mountinfo (proc_pid_mountinfo(5)). Pure. */

export interface Mount {
  readonly point: string;
  /** Which of both is read-only, if one is: this mount of it, or the file system as a whole. */
  readonly readOnly: "mount" | "file system" | undefined;
}

/**
 * Finds the mount of a path.
 *
 * @param table - text of the file; empty where there is none
 * @param path - a real path
 * @returns the last mount on the deepest mount point above the path, or undefined
 */
export function findMount(table: string, path: string): Mount | undefined {
  let found: Mount | undefined;
  for (const line of table.split("\n")) {
    const [, , , , point, options = "", ...rest] = line.split(" ");
    if (point === undefined) continue;
    const mount = { point: unescape(point), readOnly: readOnlyOf(options, rest.at(-1) ?? "") };
    if (isAbove(mount.point, path) && mount.point.length >= (found?.point.length ?? 0)) found = mount;
  }
  return found;
}

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
