/** Damaged databases are kept beside the good one under a name that says so. If they are there without a good one, the state is damaged. */
import { existsSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { syncFolder } from "./folder.ts";

export const databaseName = "records.sqlite";

const mark = `${databaseName}.damaged-`;
const companions = ["", "-wal", "-shm", "-journal"];

/** The paths of the damaged copies in a state folder, oldest first. */
export function damagedCopies(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(mark) && !companions.some((end) => end !== "" && name.endsWith(end)))
    .toSorted()
    .map((name) => join(folder, name));
}

/**
 * Moves a damaged database and what belongs to it out of the way, durably.
 *
 * @param folder - the state folder
 * @param now - milliseconds since 1970, part of the new name
 */
export function setAside(folder: string, now: number): void {
  const target = join(folder, mark + new Date(now).toISOString().replaceAll(":", ""));
  for (const end of companions) {
    const path = join(folder, databaseName + end);
    if (existsSync(path)) renameSync(path, target + end);
  }
  syncFolder(folder);
}
