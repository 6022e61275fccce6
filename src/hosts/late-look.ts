/**
 * Looks once more at the inode that a rename replaced. A process that opened the hosts file just before the rename still
 * writes into the old inode, where nobody would ever read it.
 */
import { type OpenFile, holds, readAll } from "./file-access.ts";

/** What came into the old inode after it was replaced. */
export type LateEdit =
  | { readonly kind: "appended"; readonly bytes: Buffer }
  /** The whole file was written anew; `replacedBy` is what we had put in its place. */
  | { readonly kind: "rewritten"; readonly bytes: Buffer; readonly replacedBy: Buffer };

export interface LookOptions {
  /** Of the replaced inode; closed after the look. */
  readonly file: OpenFile;
  /** What the inode held when it was replaced. */
  readonly bytes: Buffer;
  readonly replacedBy: Buffer;
}

/** Milliseconds; long enough for `echo line >> /etc/hosts` on a busy machine. */
const delay = 200;

/** A writer that is still at it is waited for this many times. */
const looks = 10;

/**
 * Waits, then reads the replaced inode, until nothing changes any more.
 *
 * @returns what came late, or undefined
 * @throws a system error if the inode cannot be read
 */
export async function lookLate({ file, bytes, replacedBy }: LookOptions): Promise<LateEdit | undefined> {
  using owned = file;
  let before = bytes;
  for (let look = 0; look < looks; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, delay));
    if (holds(owned, before)) break;
    before = readAll(owned);
  }
  if (before.equals(bytes)) return undefined;
  if (before.subarray(0, bytes.length).equals(bytes)) {
    return { kind: "appended", bytes: before.subarray(bytes.length) };
  }
  return { kind: "rewritten", bytes: before, replacedBy };
}
