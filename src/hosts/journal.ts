/** Remembers what an in-place write is about to do, so that a file torn by a crash in the middle of it can be repaired. */
import { hash } from "node:crypto";
import { join } from "node:path";
import { carryOver } from "./carry-over.ts";
import { readIfThere, writeDurably } from "./durable-file.ts";
import { type FileAccess, syncFolder, unlessMissing } from "./file-access.ts";

/** A write over the file at `path`, from old to new bytes. */
export interface JournalEntry {
  readonly path: string;
  readonly oldBytes: Buffer;
  readonly newBytes: Buffer;
}

const lineFeed = 0x0a;

function journalPath(stateFolder: string): string {
  return join(stateFolder, "hosts-in-place.journal");
}

/** Writes the entry durably, before the first byte of the file is touched. */
export async function openJournal(files: FileAccess, stateFolder: string, entry: JournalEntry): Promise<void> {
  const content = Buffer.concat([entry.oldBytes, entry.newBytes]);
  const header = { path: entry.path, oldLength: entry.oldBytes.length, sha256: hash("sha256", content) };
  const bytes = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), content]);
  await writeDurably(files, journalPath(stateFolder), bytes);
}

/** Forgets the entry, once the file is whole and durable. */
export async function closeJournal(files: FileAccess, stateFolder: string): Promise<void> {
  const path = journalPath(stateFolder);
  if (unlessMissing(() => files.status(path)) === undefined) return;
  files.unlink(path);
  await syncFolder(files, stateFolder);
}

/** Reads what an interrupted write was about to do; undefined if there was none, or if it had not begun. */
export function readJournal(files: FileAccess, stateFolder: string): JournalEntry | undefined {
  const bytes = readIfThere(files, journalPath(stateFolder));
  const headerEnd = bytes?.indexOf(lineFeed) ?? -1;
  if (bytes === undefined || headerEnd === -1) return undefined;
  const header = readHeader(bytes.toString("utf8", 0, headerEnd));
  const content = bytes.subarray(headerEnd + 1);
  if (header === undefined || hash("sha256", content) !== header.sha256) return undefined;
  return {
    path: header.path,
    oldBytes: content.subarray(0, header.oldLength),
    newBytes: content.subarray(header.oldLength),
  };
}

function readHeader(text: string): { path: string; oldLength: number; sha256: string } | undefined {
  try {
    const header: unknown = JSON.parse(text);
    if (typeof header !== "object" || header === null) return undefined;
    if (!("path" in header) || !("oldLength" in header) || !("sha256" in header)) return undefined;
    const { path, oldLength, sha256 } = header;
    if (typeof path !== "string" || typeof oldLength !== "number" || typeof sha256 !== "string") return undefined;
    return { path, oldLength, sha256 };
  } catch {
    return undefined;
  }
}

/**
 * Works out what a torn file must become.
 *
 * @param found - the bytes of the file now
 * @returns the new bytes, followed by what others appended; undefined when the file is whole, or when it holds what the
 *   interrupted write cannot explain, so that somebody edited it since
 */
export function repairTorn(found: Buffer, { oldBytes, newBytes }: JournalEntry): Buffer | undefined {
  if (found.equals(oldBytes) || found.equals(newBytes)) return undefined;
  const longer = Math.max(oldBytes.length, newBytes.length);
  if (found.length < Math.min(oldBytes.length, newBytes.length)) return undefined;
  const explained = found
    .subarray(0, longer)
    .every((octet, at) => octet === newBytes[at] || octet === oldBytes[at] || (octet === lineFeed && isPadding(at)));
  return explained ? carryOver(newBytes, found.subarray(longer)) : undefined;

  function isPadding(at: number): boolean {
    return at >= oldBytes.length || at >= newBytes.length;
  }
}
