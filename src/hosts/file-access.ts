/** The file system as the hosts-file writer uses it, in one place, so that a test can make its n-th call fail. */
import * as promises from "node:fs/promises";

/** The part of node:fs/promises that is used; every byte goes through a FileHandle that `open` gave. */
export type FileAccess = Pick<
  typeof promises,
  "open" | "rename" | "link" | "unlink" | "realpath" | "lstat" | "readdir" | "mkdir"
>;

export type FileHandle = promises.FileHandle;

export const fileAccess: FileAccess = promises;

/** The code of a system error, as in `ENOSPC`; undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/**
 * Reads a whole open file from its start, whatever its position is and however it grows meanwhile.
 *
 * @param handle - open for reading
 */
export async function readAll(handle: FileHandle): Promise<Buffer> {
  const { size } = await handle.stat();
  const pieces: Buffer[] = [];
  for (let position = 0, length = size + 1; ; length = 65_536) {
    const piece = Buffer.allocUnsafe(length);
    const { bytesRead } = await handle.read(piece, 0, length, position);
    pieces.push(piece.subarray(0, bytesRead));
    position += bytesRead;
    // A read that came up short of the size plus one has met the end; ask again only when it has not.
    if (bytesRead === 0 || position === size) break;
  }
  return pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
}

/**
 * Writes every byte at a position, or throws. One `write` may store fewer bytes than asked without an error, as on a
 * nearly full disk (write(2)); the next one then says why.
 */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw Object.assign(new Error("nothing was written"), { code: "EIO" });
    done += bytesWritten;
  }
}

/** Makes the entries of a folder durable (fsync(2): syncing a file does not sync the folder that names it). */
export async function syncFolder(files: FileAccess, folder: string): Promise<void> {
  await using handle = await files.open(folder, "r");
  await handle.sync();
}
