/** Remembers what an in-place write is about to do, so that a file torn by a failure or a crash in the middle of it can be repaired. */
import { hash } from "node:crypto";
import { dirname, join } from "node:path";
import { startsWith } from "./bytes.ts";
import { readIfThere, writeDurably } from "./durable-file.ts";
import { type FileAccess, syncFolder, unlessMissing } from "./file-access.ts";
import { type Inode, isSame } from "./snapshot.ts";
import { lineFeed } from "../../../base/bytes.ts";

/** A write over a file, from old to new bytes. */
export interface JournalEntry {
  /** The real path of the file. */
  readonly path: string;
  readonly inode: Inode;
  readonly oldBytes: Buffer;
  readonly newBytes: Buffer;
}

/** A journal in the state folder; one that cannot be read, which no crash of ours leaves, has no entry. */
export interface Journal {
  readonly file: string;
  readonly entry: JournalEntry | undefined;
}

/** Each hosts file has its own, so that a write over one never costs what another still needs. */
function journalPath(folder: string, path: string): string {
  return join(folder, `hosts-in-place.${hash("sha256", path).slice(0, 16)}.journal`);
}

/**
 * Writes the entry durably, before the first byte of the file is touched.
 *
 * @returns the path of the journal
 * @throws an error if a journal of this file is open: what it can repair must be repaired first
 */
export async function openJournal(files: FileAccess, folder: string, entry: JournalEntry): Promise<string> {
  const file = journalPath(folder, entry.path);
  if (unlessMissing(() => files.status(file)) !== undefined) {
    throw Object.assign(new Error(`${file} is still needed`), { code: "EEXIST" });
  }
  const { path, inode, oldBytes, newBytes } = entry;
  const content = Buffer.concat([oldBytes, newBytes]);
  const header = {
    path,
    device: `${inode.device}`,
    inode: `${inode.number}`,
    oldLength: oldBytes.length,
    sha256: hash("sha256", content),
  };
  await writeDurably(files, file, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), content]));
  return file;
}

/** Forgets the entry, once the file is whole and durable. */
export async function closeJournal(files: FileAccess, file: string): Promise<void> {
  if (unlessMissing(() => files.status(file)) === undefined) return;
  files.unlink(file);
  await syncFolder(files, dirname(file));
}

/** Puts a journal that cannot be read where it is in nobody's way, and returns its new path. */
export async function setAsideJournal(files: FileAccess, file: string): Promise<string> {
  const kept = `${file}.damaged`;
  files.rename(file, kept);
  await syncFolder(files, dirname(file));
  return kept;
}

/**
 * Finds the journals of one hosts file. The file is known by its path, or by its inode when it is now reached by another
 * one; what belongs to other files stays where it is.
 *
 * @param folders - where journals may lie
 * @param file - its path, and its inode, which is undefined while the file is missing
 */
export function findJournals(
  files: FileAccess,
  folders: readonly string[],
  { path, inode }: { readonly path: string; readonly inode: Inode | undefined },
): readonly Journal[] {
  return folders
    .flatMap((folder) => journalsIn(files, folder))
    .map((file) => readJournal(files, file))
    .filter(({ entry }) => entry === undefined || entry.path === path || isSame(entry.inode, inode));
}

function journalsIn(files: FileAccess, folder: string): readonly string[] {
  const names = unlessMissing(() => files.list(folder)) ?? [];
  return names
    .filter((name) => name.startsWith("hosts-in-place.") && name.endsWith(".journal"))
    .map((name) => join(folder, name));
}

function readJournal(files: FileAccess, file: string): Journal {
  const bytes = readIfThere(files, file) ?? Buffer.alloc(0);
  const headerEnd = bytes.indexOf(lineFeed);
  const header = headerEnd === -1 ? undefined : readHeader(bytes.toString("utf8", 0, headerEnd));
  const content = bytes.subarray(headerEnd + 1);
  if (header === undefined || hash("sha256", content) !== header.sha256) return { file, entry: undefined };
  const { path, inode, oldLength } = header;
  const [oldBytes, newBytes] = [content.subarray(0, oldLength), content.subarray(oldLength)];
  return { file, entry: { path, inode, oldBytes, newBytes } };
}

interface Header extends Pick<JournalEntry, "path" | "inode"> {
  readonly oldLength: number;
  readonly sha256: string;
}

function readHeader(text: string): Header | undefined {
  try {
    const header: unknown = JSON.parse(text);
    if (typeof header !== "object" || header === null) return undefined;
    if (!("path" in header) || !("oldLength" in header) || !("sha256" in header)) return undefined;
    const { path, oldLength, sha256 } = header;
    if (typeof path !== "string" || typeof oldLength !== "number" || typeof sha256 !== "string") return undefined;
    return { path, inode: readInode(header), oldLength, sha256 };
  } catch {
    return undefined;
  }
}

function readInode(header: object): Inode {
  const { device, inode } = { device: "0", inode: "0", ...header };
  return { device: BigInt(device), number: BigInt(inode) };
}

/** What a file is, compared with a write over it that may not have come to its end. */
export type Judgement =
  /** The old bytes or the new ones are there, whatever follows them. */
  | { readonly kind: "whole" }
  /** A mixture of both; `bytes` is what it must become. */
  | { readonly kind: "torn"; readonly bytes: Buffer }
  /** It holds what the write cannot explain: somebody edited it since, and may have done so while it was torn. */
  | { readonly kind: "edited" };

/**
 * Judges a file that a write in place may have torn.
 *
 * A torn file becomes the longer one of old and new: then the repair moves nothing that others appended and takes no
 * space, and if it is cut off as well, the same journal explains what it leaves.
 *
 * @param found - the bytes of the file now
 */
export function judgeTorn(found: Buffer, entry: Pick<JournalEntry, "oldBytes" | "newBytes">): Judgement {
  const { oldBytes, newBytes } = entry;
  const [shorter, longer] = oldBytes.length < newBytes.length ? [oldBytes, newBytes] : [newBytes, oldBytes];
  if (isOldWithBlanks(found, entry)) return { kind: "torn", bytes: oldBytes };
  if (isMixture(found, shorter, longer)) {
    if (startsWith(found, longer)) return { kind: "whole" };
    return { kind: "torn", bytes: Buffer.concat([longer, found.subarray(longer.length)]) };
  }
  return { kind: startsWith(found, oldBytes) || startsWith(found, newBytes) ? "whole" : "edited" };
}

/** Space was being taken by blank lines; not a byte of the old content was touched yet. */
function isOldWithBlanks(found: Buffer, { oldBytes, newBytes }: Pick<JournalEntry, "oldBytes" | "newBytes">): boolean {
  const added = found.length - oldBytes.length;
  if (added <= 0 || found.length > newBytes.length || !startsWith(found, oldBytes)) return false;
  return found.subarray(oldBytes.length).every((octet) => octet === lineFeed) && !found.equals(newBytes);
}

/** Each byte is one of the two, or a line end where only one of them has a byte. What follows came from others. */
function isMixture(found: Buffer, shorter: Buffer, longer: Buffer): boolean {
  if (found.length < longer.length) return false;
  return longer.every((octet, at) => {
    const other = at < shorter.length ? shorter[at] : lineFeed;
    return found[at] === octet || found[at] === other;
  });
}
