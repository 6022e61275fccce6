/** Keeps files in the state folder: whole or not at all, durable, for this user's eyes, and no link is followed. */
import { constants } from "node:fs";
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { type FileAccess, errorCode, readAll, syncFolder, writeAll } from "./file-access.ts";

/**
 * Writes a file durably: afterwards it holds these bytes, or what it held before.
 *
 * @param path - in a folder that is created if it is missing
 * @throws a system error
 */
export async function writeDurably(files: FileAccess, path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  await files.mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `.${process.pid}.${randomUUID()}.tmp`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await files.open(temporary, flags, 0o600);
  try {
    await writeAll(handle, bytes, 0);
    await handle.sync();
    await files.rename(temporary, path);
  } catch (error) {
    await files.unlink(temporary).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
  await syncFolder(files, folder);
}

/** Reads a file of the state folder; undefined if there is none. */
export async function readIfThere(files: FileAccess, path: string): Promise<Buffer | undefined> {
  try {
    await using handle = await files.open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    return await readAll(handle);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
