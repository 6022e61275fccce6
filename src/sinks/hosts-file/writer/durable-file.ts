/** Keeps files in the state folder: whole or not at all, durable, for this user's eyes, and no link is followed. */
import { constants } from "node:fs";
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { type FileAccess, readAll, syncFolder, unlessMissing, writeAll } from "./file-access.ts";

/**
 * Writes a file durably: afterwards it holds these bytes, or what it held before.
 *
 * @param path - in a folder that is created if it is missing
 * @throws a system error
 */
export async function writeDurably(files: FileAccess, path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  await createDurably(files, folder);
  const temporary = join(folder, `.${process.pid}.${randomUUID()}.tmp`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  try {
    using file = files.open(temporary, flags, 0o600);
    writeAll(file, bytes, 0);
    await file.sync();
    files.rename(temporary, path);
  } catch (error) {
    removeQuietly(files, temporary);
    throw error;
  }
  await syncFolder(files, folder);
}

/** Creates a folder unless it is there, so that what is put into it is not lost with its name. */
export async function createDurably(files: FileAccess, folder: string): Promise<void> {
  if (unlessMissing(() => files.status(folder)) !== undefined) return;
  files.createFolder(folder);
  await syncFolder(files, dirname(folder));
}

/** Removes a file that is of no use any more; one that cannot be removed is swept later. */
export function removeQuietly(files: FileAccess, path: string): void {
  try {
    files.unlink(path);
  } catch {
    // It is swept at the next start.
  }
}

/** Reads a file of the state folder; undefined if there is none. */
export function readIfThere(files: FileAccess, path: string): Buffer | undefined {
  return unlessMissing(() => {
    using file = files.open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    return readAll(file);
  });
}
