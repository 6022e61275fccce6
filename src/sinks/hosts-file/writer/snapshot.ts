/** The hosts file as it stood at one moment: the real path, every byte, and an open handle to that very inode. */
import { type BigIntStats, constants, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type FileAccess, type OpenFile, holds, readAll, unlessMissing } from "./file-access.ts";
import { notRegularTrouble, orphanedTrouble, tooLargeTrouble } from "../hosts-file-trouble.ts";
import { findMount } from "./mount.ts";
import { errorCode } from "../../../base/errors.ts";
import { TroubleError } from "../../../base/trouble.ts";
import { mountsFile } from "../../../platform/linux-files.ts";

/** Bytes that one read(2) gives at most; no block of ours can make a file so large. */
const maximumSize = 0x7fff_f000;

export interface Inode {
  readonly device: bigint;
  readonly number: bigint;
}

/** What a file that stood there has beside its bytes; a missing one is created with mode 0644. */
export interface Attributes {
  readonly mode: number;
  readonly owner: number;
  readonly group: number;
}

export type Snapshot =
  | { readonly kind: "missing"; readonly path: string; readonly bytes: Buffer }
  | {
      readonly kind: "file";
      /** The real path, without links. */
      readonly path: string;
      readonly bytes: Buffer;
      /** Open for reading. The caller that takes the snapshot closes it. */
      readonly file: OpenFile;
      readonly inode: Inode;
      /** Whether the inode has another name, a hard link. */
      readonly hasOtherName: boolean;
      readonly attributes: Attributes;
    };

/**
 * Reads the hosts file. Links are followed once, by the path; the file itself must be a regular one.
 *
 * @throws TroubleError or a system error; an unreadable file is never taken for an empty one
 */
export function takeSnapshot(files: FileAccess, path: string): Snapshot {
  const real = realPathOf(files, path);
  // Not following links closes the gap after the real path was found; not blocking keeps a named pipe from hanging us.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = unlessMissing(() => files.open(real, flags));
  if (file === undefined) return { kind: "missing", path: real, bytes: Buffer.alloc(0) };
  try {
    const status = file.status();
    if (!status.isFile()) throw new TroubleError(notRegularTrouble(path));
    if (status.nlink === 0n && isOrphaned(files, real, toInode(status))) throw new TroubleError(orphanedTrouble(path));
    if (status.size > maximumSize) throw new TroubleError(tooLargeTrouble(path, status.size));
    const attributes = { mode: Number(status.mode) & 0o7777, owner: Number(status.uid), group: Number(status.gid) };
    return {
      kind: "file",
      path: real,
      bytes: readAll(file),
      file,
      inode: toInode(status),
      hasOtherName: status.nlink > 1n,
      attributes,
    };
  } catch (error) {
    file[Symbol.dispose]();
    throw error;
  }
}

/**
 * Whether the file has no name any more, and yet the path leads to it, as only a mount does. A file that was replaced
 * since it was opened has no name either, but the path leads to another one; some file systems count no links at all.
 */
function isOrphaned(files: FileAccess, real: string, inode: Inode): boolean {
  const status = unlessMissing(() => files.status(real));
  if (status === undefined || !isSame(toInode(status), inode)) return false;
  return findMount(readFileSync(mountsFile, "utf8"), real)?.isOrphaned === true;
}

/** True while the path still leads to the very bytes of the snapshot. Which inode it is, is looked at last. */
export function isUntouched(files: FileAccess, path: string, snapshot: Snapshot): boolean {
  if (snapshot.kind === "file" && !holds(snapshot.file, snapshot.bytes)) return false;
  if (realPathOf(files, path) !== snapshot.path) return false;
  const status = unlessMissing(() => files.status(snapshot.path));
  if (snapshot.kind === "missing" || status === undefined) return snapshot.kind === "missing" && status === undefined;
  return isSame(toInode(status), snapshot.inode);
}

export function isSame(left: Inode | undefined, right: Inode | undefined): boolean {
  return left !== undefined && left.device === right?.device && left.number === right.number;
}

export function toInode({ dev, ino }: BigIntStats): Inode {
  return { device: dev, number: ino };
}

/** The path without links; a file that is missing has its folder's real path, a link to nowhere is an error. */
export function realPathOf(files: FileAccess, path: string): string {
  try {
    return files.realPath(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT" || unlessMissing(() => files.status(path)) !== undefined) throw error;
    return join(files.realPath(dirname(path)), basename(path));
  }
}
