/** The hosts file as it stood at one moment: the real path, every byte, and an open handle to that very inode. */
import { constants } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type FileAccess, type FileHandle, errorCode, readAll } from "./file-access.ts";
import { HostsFileError, notRegularTrouble } from "./hosts-file-trouble.ts";

/** Bytes; far beyond the largest block list, and small enough to be held in memory a few times. */
const maximumSize = 256 * 1024 * 1024;

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
      /** Open for reading; whoever takes the snapshot closes it. */
      readonly handle: FileHandle;
      readonly inode: Inode;
      readonly attributes: Attributes;
    };

/**
 * Reads the hosts file. Links are followed once, by the path; the file itself must be a regular one.
 *
 * @throws HostsFileError or a system error; an unreadable file is never taken for an empty one
 */
export async function takeSnapshot(files: FileAccess, path: string): Promise<Snapshot> {
  const real = await realPath(files, path);
  const handle = await openIfThere(files, real);
  if (handle === undefined) return { kind: "missing", path: real, bytes: Buffer.alloc(0) };
  try {
    const status = await handle.stat({ bigint: true });
    if (!status.isFile()) throw new HostsFileError(notRegularTrouble(path));
    if (status.size > maximumSize) throw new HostsFileError(tooLarge(path, status.size));
    return {
      kind: "file",
      path: real,
      bytes: await readAll(handle),
      handle,
      inode: { device: status.dev, number: status.ino },
      attributes: { mode: Number(status.mode) & 0o7777, owner: Number(status.uid), group: Number(status.gid) },
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** True while the path still leads to the very bytes of the snapshot. */
export async function isUntouched(files: FileAccess, path: string, snapshot: Snapshot): Promise<boolean> {
  if ((await realPath(files, path)) !== snapshot.path) return false;
  const inode = await inodeOf(files, snapshot.path);
  if (snapshot.kind === "missing") return inode === undefined;
  return isSame(inode, snapshot.inode) && (await readAll(snapshot.handle)).equals(snapshot.bytes);
}

export function isSame(left: Inode | undefined, right: Inode | undefined): boolean {
  return left !== undefined && left.device === right?.device && left.number === right.number;
}

async function inodeOf(files: FileAccess, path: string): Promise<Inode | undefined> {
  try {
    const { dev, ino } = await files.lstat(path, { bigint: true });
    return { device: dev, number: ino };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The path without links; a file that is missing has its folder's real path, a link to nowhere is an error. */
export async function realPath(files: FileAccess, path: string): Promise<string> {
  try {
    return await files.realpath(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT" || (await inodeOf(files, path)) !== undefined) throw error;
    return join(await files.realpath(dirname(path)), basename(path));
  }
}

async function openIfThere(files: FileAccess, path: string): Promise<FileHandle | undefined> {
  try {
    // Not following links closes the gap after realpath; not blocking keeps a named pipe from hanging us.
    return await files.open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function tooLarge(path: string, size: bigint): HostsFileError["trouble"] {
  return {
    code: "hosts-file-too-large",
    message: `${path} has ${size} bytes, more than the ${maximumSize} that are read.`,
    hint: "Name another file with --hosts-file, or find out what fills this one.",
  };
}
