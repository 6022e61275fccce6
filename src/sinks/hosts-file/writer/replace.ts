/** Replaces the hosts file by rename, so that every reader sees the old bytes or the new ones and a crash leaves one of them. */
import { constants } from "node:fs";
import { randomUUID } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { asidePath, fingerprintOf } from "./aside.ts";
import { copyExtendedAttributes, setAttributes } from "./attributes.ts";
import { removeQuietly } from "./durable-file.ts";
import { type FileAccess, type OpenFile, holds, syncFolder, writeAll } from "./file-access.ts";
import { type Attributes, type Inode, type Snapshot, isSame, isUntouched, toInode } from "./snapshot.ts";
import { errorCode } from "../../../base/errors.ts";
import { TroubleError } from "../../../base/trouble.ts";
import { currentGroup, currentUser } from "../../../platform/user.ts";
import { notAsWrittenTrouble } from "../hosts-file-trouble.ts";

interface Replacement {
  readonly files: FileAccess;
  /** The path as configured, which may be a link. */
  readonly path: string;
  readonly snapshot: Snapshot;
  readonly bytes: Buffer;
  /** Whether access list and label must be copied, which costs a process. */
  readonly copyExtended: boolean;
}

export type Replaced =
  | {
      readonly kind: "replaced";
      readonly inode: Inode;
      readonly extended: boolean;
      /** Where the replaced file was put, because somebody still has it open for writing. */
      readonly aside?: string | undefined;
    }
  /** Somebody edited the file meanwhile; nothing was changed. */
  | { readonly kind: "edited" }
  /** The file cannot be replaced, as a bind mount cannot; nothing was changed. */
  | { readonly kind: "impossible"; readonly cause: unknown };

const newFile: Attributes = { mode: 0o644, owner: currentUser() ?? 0, group: currentGroup() ?? 0 };

/**
 * Why a new file cannot take the old one's place although the old one may be writable: a mount point (EBUSY), another
 * file system (EXDEV), or a folder in which this process may create nothing.
 */
const impossible: ReadonlySet<string | undefined> = new Set(["EBUSY", "EXDEV", "EROFS", "EACCES", "EPERM"]);

/**
 * Replaces the file: a temporary file beside it, every byte, attributes, fsync, one more look whether somebody edited
 * meanwhile, exchange or rename, fsync of the folder. The temporary file is gone afterwards, whatever happened.
 *
 * @throws a system error, with the old file in place; after the rename only if the folder cannot be synced
 */
export async function replaceFile(replacement: Replacement): Promise<Replaced> {
  const { files, snapshot } = replacement;
  const folder = dirname(snapshot.path);
  const temporary = join(folder, `${temporaryStart(snapshot.path)}${process.pid}.${randomUUID()}.tmp`);
  const opened = unlessImpossible(() => {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    return files.open(temporary, flags, 0o600);
  });
  if ("kind" in opened) return opened;
  using file = opened;
  let replaced: Replaced | undefined;
  try {
    replaced = await fillAndMove({ ...replacement, file, temporary });
  } finally {
    if (replaced?.kind !== "replaced" || snapshot.kind === "missing") removeQuietly(files, temporary);
  }
  if (replaced.kind === "replaced") await syncFolder(files, folder);
  return replaced;
}

type Filling = Replacement & { readonly file: OpenFile; readonly temporary: string };

async function fillAndMove(filling: Filling): Promise<Replaced> {
  const { files, path, snapshot, bytes, file, temporary, copyExtended } = filling;
  writeAll(file, bytes, 0);
  const extended = snapshot.kind === "file" && copyExtended && (await copyExtendedAttributes(snapshot.path, temporary));
  const failure = unlessImpossible(() => setAttributes(file, snapshot.kind === "file" ? snapshot.attributes : newFile));
  if (failure !== undefined) return failure;
  await file.sync();
  if (!holds(file, bytes)) throw new TroubleError(notAsWrittenTrouble(snapshot.path));
  const inode = toInode(file.status());
  if (!isUntouched(files, path, snapshot)) return { kind: "edited" };
  return unlessImpossible(() => {
    const moved = move(filling, inode);
    return moved.kind === "moved" ? { kind: "replaced", inode, extended, aside: moved.aside } : moved;
  });
}

type Moved = { readonly kind: "moved"; readonly aside?: string | undefined } | { readonly kind: "edited" };

/**
 * A file that is there is exchanged with ours, so that what somebody put there in the last moment is not lost; where
 * that cannot be done, it is replaced. A missing one is created by link(2), which, unlike rename(2), never replaces one
 * that somebody else just created.
 */
function move({ files, snapshot, temporary }: Filling, own: Inode): Moved {
  try {
    if (snapshot.kind === "missing") {
      files.link(temporary, snapshot.path);
      return { kind: "moved" };
    }
    if (files.exchange(temporary, snapshot.path)) return judgeExchanged({ files, snapshot, temporary, own });
    files.rename(temporary, snapshot.path);
    return { kind: "moved" };
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST" || (code === "ENOENT" && snapshot.kind === "file")) return { kind: "edited" };
    throw error;
  }
}

interface Exchanged {
  readonly files: FileAccess;
  readonly snapshot: Extract<Snapshot, { kind: "file" }>;
  readonly temporary: string;
  readonly own: Inode;
}

/**
 * Looks at what came back. If it is what the new bytes were planned from, it is removed, or put aside while somebody
 * writes to it. If not, somebody has just replaced the file, and theirs goes back.
 */
function judgeExchanged({ files, snapshot, temporary, own }: Exchanged): Moved {
  const inodeAt = (path: string): Inode => toInode(files.status(path));
  if (isSame(inodeAt(temporary), snapshot.inode)) {
    return { kind: "moved", aside: putAside({ files, snapshot, temporary }) };
  }
  // Whatever comes back that was not put there by the exchange before is newer still, and goes back next.
  for (let put = own; ;) {
    const next = inodeAt(temporary);
    files.exchange(temporary, snapshot.path);
    if (isSame(inodeAt(temporary), put)) return { kind: "edited" };
    put = next;
  }
}

/** Where no name can be given to it, the file is gone with the process: until then it is held open. */
function putAside({ files, snapshot, temporary }: Omit<Exchanged, "own">): string | undefined {
  try {
    if (snapshot.file.hasWriter() === true) {
      const aside = asidePath(snapshot.path, fingerprintOf(snapshot.bytes));
      files.rename(temporary, aside);
      return aside;
    }
  } catch {
    // As on a full disk, or for a name that is too long.
  }
  removeQuietly(files, temporary);
  return undefined;
}

function unlessImpossible<Result>(work: () => Result): Result | Extract<Replaced, { kind: "impossible" }> {
  try {
    return work();
  } catch (error) {
    if (!impossible.has(errorCode(error))) throw error;
    return { kind: "impossible", cause: error };
  }
}

function temporaryStart(path: string): string {
  return `.${basename(path)}.hostsfile-server.`;
}

/** Whether a file of this name, beside the hosts file, is one that a write made and did not remove. */
export function isTemporaryOf(path: string, name: string): boolean {
  return name.startsWith(temporaryStart(path)) && name.endsWith(".tmp");
}

/** Removes temporary files that a killed process left beside the file. Only for the holder of the lock. */
export function sweepTemporaries(files: FileAccess, path: string): void {
  const folder = dirname(path);
  for (const name of files.list(folder)) {
    if (isTemporaryOf(path, name)) removeQuietly(files, join(folder, name));
  }
}
