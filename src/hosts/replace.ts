/** Replaces the hosts file by rename, so that every reader sees the old bytes or the new ones and a crash leaves one of them. */
import { constants } from "node:fs";
import { randomUUID } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { copyExtendedAttributes, setAttributes } from "./attributes.ts";
import { type FileAccess, type FileHandle, errorCode, readAll, syncFolder, writeAll } from "./file-access.ts";
import { HostsFileError } from "./hosts-file-trouble.ts";
import { type Attributes, type Inode, type Snapshot, isUntouched } from "./snapshot.ts";

export interface Replacement {
  readonly files: FileAccess;
  /** The path as configured, which may be a link. */
  readonly path: string;
  readonly snapshot: Snapshot;
  readonly bytes: Buffer;
  /** Whether access list and label must be copied, which costs a process. */
  readonly copyExtended: boolean;
}

export type Replaced =
  | { readonly kind: "replaced"; readonly inode: Inode; readonly extended: boolean }
  /** Somebody edited the file meanwhile; nothing was changed. */
  | { readonly kind: "edited" }
  /** The file cannot be replaced, as a bind mount cannot; nothing was changed. */
  | { readonly kind: "impossible"; readonly cause: unknown };

const newFile: Attributes = { mode: 0o644, owner: process.geteuid?.() ?? 0, group: process.getegid?.() ?? 0 };

/**
 * Why a new file cannot take the old one's place although the old one may be writable: a mount point (EBUSY), another
 * file system (EXDEV), or a folder in which this process may create nothing.
 */
const impossible: ReadonlySet<string | undefined> = new Set(["EBUSY", "EXDEV", "EROFS", "EACCES", "EPERM"]);

/**
 * Replaces the file: a temporary file beside it, every byte, attributes, fsync, one more look whether somebody edited
 * meanwhile, rename, fsync of the folder. The temporary file is gone afterwards, whatever happened.
 *
 * @throws a system error, with the old file in place; after the rename only if the folder cannot be synced
 */
export async function replaceFile(replacement: Replacement): Promise<Replaced> {
  const { files, snapshot } = replacement;
  const temporary = join(dirname(snapshot.path), `${temporaryStart(snapshot.path)}${process.pid}.${randomUUID()}.tmp`);
  let handle: FileHandle;
  try {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    handle = await files.open(temporary, flags, 0o600);
  } catch (error) {
    return impossibleOrThrow(error);
  }
  try {
    const replaced = await fillAndRename({ ...replacement, handle, temporary });
    if (replaced.kind === "replaced") await syncFolder(files, dirname(snapshot.path));
    else await files.unlink(temporary);
    return replaced;
  } catch (error) {
    await files.unlink(temporary).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
}

type Filling = Replacement & { readonly handle: FileHandle; readonly temporary: string };

async function fillAndRename(filling: Filling): Promise<Replaced> {
  const { files, path, snapshot, bytes, handle, temporary, copyExtended } = filling;
  await writeAll(handle, bytes, 0);
  let extended: boolean;
  try {
    extended = snapshot.kind === "file" && copyExtended && (await copyExtendedAttributes(snapshot.path, temporary));
    await setAttributes(handle, snapshot.kind === "file" ? snapshot.attributes : newFile);
  } catch (error) {
    return impossibleOrThrow(error);
  }
  await handle.sync();
  if (!(await readAll(handle)).equals(bytes)) throw new HostsFileError(notAsWritten(snapshot.path));
  const { dev, ino } = await handle.stat({ bigint: true });
  if (!(await isUntouched(files, path, snapshot))) return { kind: "edited" };
  const failure = await moveInto(filling);
  return failure ?? { kind: "replaced", inode: { device: dev, number: ino }, extended };
}

/** A missing file is created by link(2), which, unlike rename(2), never replaces one that somebody else just created. */
async function moveInto({ files, snapshot, temporary }: Filling): Promise<Replaced | undefined> {
  try {
    if (snapshot.kind === "file") await files.rename(temporary, snapshot.path);
    else await linkInto(files, temporary, snapshot.path);
    return undefined;
  } catch (error) {
    return errorCode(error) === "EEXIST" ? { kind: "edited" } : impossibleOrThrow(error);
  }
}

async function linkInto(files: FileAccess, temporary: string, path: string): Promise<void> {
  await files.link(temporary, path);
  await files.unlink(temporary);
}

function impossibleOrThrow(error: unknown): Replaced {
  if (!impossible.has(errorCode(error))) throw error;
  return { kind: "impossible", cause: error };
}

function temporaryStart(path: string): string {
  return `.${basename(path)}.hostsfile-server.`;
}

/** Removes temporary files that a killed process left beside the file. Only for the one who holds the lock. */
export async function sweepTemporaries(files: FileAccess, path: string): Promise<void> {
  const folder = dirname(path);
  const names = (await files.readdir(folder)).filter(
    (name) => name.startsWith(temporaryStart(path)) && name.endsWith(".tmp"),
  );
  for (const name of names) await files.unlink(join(folder, name)).catch(() => undefined);
}

function notAsWritten(path: string): HostsFileError["trouble"] {
  return {
    code: "hosts-file-not-as-written",
    message: `${path} was left as it is: the copy beside it does not read back as it was written.`,
    hint: "Another program (a virus scanner?) changes new files in that folder, or the disk is failing: see `sudo dmesg | tail`.",
  };
}
