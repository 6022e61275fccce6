/** Brings files of ours to what they should be, and leaves alone what others changed. */
import { randomUUID } from "node:crypto";
import { chmod, mkdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { readIfThere } from "../../base/read-if-there.ts";
import { type OwnFile, isOwn } from "./own-file.ts";

/** What became of the files. */
interface Placed {
  /** Paths that were written or removed. */
  readonly changed: readonly string[];
  /** Those of them that were there before and are there now. */
  readonly rewritten: readonly string[];
  /** Paths of files that are not, or no longer, ours, and stay as they are. */
  readonly foreign: readonly string[];
}

/** Folders that no package has: they go with the last file in them. */
const bareFolders = /\/(?:dns-delegate\.d|dnssec-trust-anchors\.d|resolved\.conf\.d)$/;

/**
 * Writes what is wanted and removes what is not.
 *
 * @param paths - of every file that could be ours here
 * @param wanted - those that should be there
 * @throws the file system's error
 */
export async function placeFiles(paths: readonly string[], wanted: readonly OwnFile[]): Promise<Placed> {
  const changed: string[] = [];
  const rewritten: string[] = [];
  const foreign: string[] = [];
  for (const path of paths) {
    const content = wanted.find((file) => file.path === path)?.content;
    const present = await readIfThere(path);
    if (present === content) continue;
    if (present !== undefined && !isOwn(present)) foreign.push(path);
    else {
      if (content === undefined) await removeFile(path);
      else await writeWhole(path, content);
      changed.push(path);
      if (content !== undefined && present !== undefined) rewritten.push(path);
    }
  }
  return { changed, rewritten, foreign };
}

/** A resolver must never read half a file. The name of the temporary one is none that a resolver reads. */
async function writeWhole(path: string, content: string): Promise<void> {
  // The service's own files are for itself alone, and resolvers run as users of their own.
  const made = await mkdir(dirname(path), { recursive: true });
  if (made !== undefined) await openFolders(dirname(path), made);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, content, { flush: true });
    await chmod(temporary, 0o644);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Opens a folder and those above it, up to the first that was made. */
async function openFolders(folder: string, first: string): Promise<void> {
  await chmod(folder, 0o755);
  if (folder !== first) await openFolders(dirname(folder), first);
}

async function removeFile(path: string): Promise<void> {
  await rm(path);
  const folder = dirname(path);
  // One with other files in it stays.
  if (bareFolders.test(folder)) await rmdir(folder).catch(() => undefined);
}
