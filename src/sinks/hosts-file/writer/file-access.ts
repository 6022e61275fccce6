/**
 * The file system as the hosts-file writer uses it, in one place, so that a test can make its n-th call fail. Calls that
 * the kernel answers from memory are synchronous: they take microseconds, which keeps the gap between the last look at
 * the file and its replacement as small as it can be. What waits for the disk is asynchronous.
 */
import {
  type BigIntStats,
  close,
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  realpathSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { promisify } from "node:util";
import { kernelCalls } from "../../../platform/kernel-calls.ts";
import { errorCode } from "../../../base/errors.ts";

/** An open file. Disposing of it closes it; that of one without a name may wait for the disk, so it can be done aside. */
export interface OpenFile extends Disposable, AsyncDisposable {
  status(): BigIntStats;
  /** Reads at a position; returns the number of bytes, 0 at the end. */
  read(bytes: Buffer, position: number): number;
  /** Writes at a position, or at the end if there is none; may store fewer bytes than asked, and returns how many. */
  write(bytes: Uint8Array, position: number | null): number;
  truncate(length: number): void;
  setMode(mode: number): void;
  setOwner(owner: number, group: number): void;
  /** Waits until the disk has it. */
  sync(): Promise<void>;
  /** Whether any process has the file open for writing; undefined where the kernel does not tell. */
  hasWriter(): boolean | undefined;
}

export interface FileAccess {
  /** Opens a file; `flags` are those of open(2). */
  open(path: string, flags: number, mode?: number): OpenFile;
  /** The status of what is at the path, which may be a link. */
  status(path: string): BigIntStats;
  realPath(path: string): string;
  rename(from: string, to: string): void;
  /** Lets two files change places; false where that cannot be done, and then nothing was changed. */
  exchange(left: string, right: string): boolean;
  link(from: string, to: string): void;
  unlink(path: string): void;
  list(folder: string): readonly string[];
  createFolder(folder: string): void;
}

const sync = promisify(fsync);
const closeAside = promisify(close);

export const fileAccess: FileAccess = {
  open: (path, flags, mode) => toOpenFile(openSync(path, flags, mode)),
  status: (path) => lstatSync(path, { bigint: true }),
  realPath: (path) => realpathSync.native(path),
  rename: renameSync,
  exchange: (left, right) => kernelCalls().exchange(left, right),
  link: linkSync,
  unlink: unlinkSync,
  list: (folder) => readdirSync(folder),
  createFolder: (folder) => void mkdirSync(folder, { recursive: true, mode: 0o700 }),
};

function toOpenFile(descriptor: number): OpenFile {
  return {
    status: () => fstatSync(descriptor, { bigint: true }),
    read: (bytes, position) => readSync(descriptor, bytes, 0, bytes.length, position),
    write: (bytes, position) => writeSync(descriptor, bytes, 0, bytes.length, position),
    truncate: (length) => ftruncateSync(descriptor, length),
    setMode: (mode) => fchmodSync(descriptor, mode),
    setOwner: (owner, group) => fchownSync(descriptor, owner, group),
    sync: () => sync(descriptor),
    hasWriter: () => kernelCalls().hasWriter(descriptor),
    [Symbol.dispose]: () => closeSync(descriptor),
    [Symbol.asyncDispose]: () => closeAside(descriptor),
  };
}

/** Runs work that may find nothing there; undefined then. Other errors pass. */
export function unlessMissing<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Reads a whole open file, however it grows meanwhile. */
export function readAll(file: OpenFile): Buffer {
  const pieces: Buffer[] = [];
  // One byte more than there should be: a read that comes up short of it has met the end.
  for (let length = Number(file.status().size) + 1, position = 0; ; length = 65_536) {
    const piece = Buffer.allocUnsafe(length);
    const count = file.read(piece, position);
    pieces.push(piece.subarray(0, count));
    position += count;
    if (count < length) return pieces.length === 1 ? piece.subarray(0, count) : Buffer.concat(pieces);
  }
}

/** Where {@link holds} reads to: getting memory each time takes longer than reading. */
const piece = Buffer.alloc(65_536);

/** True if an open file holds exactly these bytes. */
export function holds(file: OpenFile, bytes: Buffer): boolean {
  for (let position = 0; ;) {
    const count = file.read(piece, position);
    if (count === 0) return position === bytes.length;
    if (!piece.subarray(0, count).equals(bytes.subarray(position, position + count))) return false;
    position += count;
  }
}

/**
 * Writes every byte, or throws. One write(2) may store fewer bytes than asked without an error, as on a nearly full
 * disk; the next one says why.
 */
export function writeAll(file: OpenFile, bytes: Uint8Array, position: number | null): void {
  for (let done = 0; done < bytes.length;) {
    const count = file.write(bytes.subarray(done), position === null ? null : position + done);
    if (count === 0) throw Object.assign(new Error("nothing was written"), { code: "EIO" });
    done += count;
  }
}

/** Makes the entries of a folder durable: syncing a file does not sync the folder that names it (fsync(2)). */
export async function syncFolder(files: FileAccess, folder: string): Promise<void> {
  using handle = files.open(folder, 0);
  await handle.sync();
}
