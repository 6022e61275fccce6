/** Moves the copies that version 0.1.0 kept in the state folder itself to the folder that the hosts file has there now. */
import { join } from "node:path";
import { isCopyOf } from "./copies.ts";
import { createDurably } from "./durable-file.ts";
import { type FileAccess, syncFolder, unlessMissing } from "./file-access.ts";

/**
 * Moves the copies. Each is in one of the two folders at any moment, so that a crash loses none and the next start moves
 * the rest. One whose name is taken stays where it is. Journals are read from either folder, so they stay as well.
 *
 * @param place - the state folder, the hosts file's own folder in it, and the path of the hosts file
 * @throws a system error
 */
export async function moveOldCopies(
  files: FileAccess,
  place: { readonly stateFolder: string; readonly folder: string; readonly path: string },
): Promise<void> {
  const { stateFolder, folder, path } = place;
  const names = (unlessMissing(() => files.list(stateFolder)) ?? []).filter((name) => isCopyOf(path, name));
  const free = names.filter((name) => unlessMissing(() => files.status(join(folder, name))) === undefined);
  if (free.length === 0) return;
  await createDurably(files, folder);
  for (const name of free) files.rename(join(stateFolder, name), join(folder, name));
  // What is in neither folder after a crash of the machine would be lost: the new names come first.
  await syncFolder(files, folder);
  await syncFolder(files, stateFolder);
}
