/** Gives a new file what the old one has beside its bytes: mode, owner, access list and security label. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { OpenFile } from "./file-access.ts";
import type { Attributes } from "./snapshot.ts";

const run = promisify(execFile);

/** Milliseconds; a file system that hangs must not hang the writer. */
const timeout = 5_000;

/** Sets mode and owner of an open file where they differ. Throws EPERM when the owner cannot be given. */
export function setAttributes(file: OpenFile, { mode, owner, group }: Attributes): void {
  const { uid, gid } = file.status();
  // The owner first: a change of owner clears the set-id bits (chown(2)).
  if (Number(uid) !== owner || Number(gid) !== group) file.setOwner(owner, group);
  file.setMode(mode);
}

/**
 * Copies access list, security label and extended attributes, which Node cannot: as far as the file system and this
 * user's rights allow. Without coreutils' cp nothing is copied.
 *
 * @param from - path of the file to copy from
 * @param to - path of an existing file, whose bytes stay
 * @returns true if later copies of the same file need this again, because it has an access list or a label
 */
export async function copyExtendedAttributes(from: string, to: string): Promise<boolean> {
  try {
    await run("cp", ["--attributes-only", "--preserve=all", "--", from, to], { timeout });
    // ls marks an access list with `+` and a label with `.` behind the mode (info coreutils, What information is listed).
    const { stdout } = await run("ls", ["-ld", "--", to], { timeout });
    return /^\S{10}[+.]/.test(stdout);
  } catch {
    return false;
  }
}
