/** Writes over the hosts file where it cannot be replaced, as a bind mount cannot. Never truncates first, never follows a link. */
import { constants, fstatSync, ftruncateSync, readSync, writeSync } from "node:fs";
import { carryOver } from "./carry-over.ts";
import { type FileAccess, type FileHandle, readAll, writeAll } from "./file-access.ts";
import { HostsFileError } from "./hosts-file-trouble.ts";
import { type Inode, type Snapshot, isSame, isUntouched } from "./snapshot.ts";

export interface Overwriting {
  readonly files: FileAccess;
  /** The path as configured, which may be a link. */
  readonly path: string;
  readonly snapshot: Extract<Snapshot, { kind: "file" }>;
  readonly bytes: Buffer;
  /** Called before the first byte is written, to make the old and the new bytes durable elsewhere. */
  readonly prepare: () => Promise<void>;
}

const lineFeed = 0x0a;

/**
 * Writes over the file. Until it is done a reader, or a crash, can meet the old bytes, the new ones, blank lines at the
 * end, or (rarely) a mixture within the part that differs, which is ours; the journal recognises all of them.
 * What others append meanwhile is kept.
 *
 * @returns the bytes that the file has now; undefined if somebody edited it meanwhile, and then nothing was changed
 * @throws a system error; on a full disk the old content is as it was
 */
export async function overwriteFile({
  files,
  path,
  snapshot,
  bytes,
  prepare,
}: Overwriting): Promise<Buffer | undefined> {
  await using reserve = await openFlat(files, snapshot.path, constants.O_WRONLY | constants.O_APPEND);
  await using handle = await openFlat(files, snapshot.path, constants.O_RDWR);
  const opened = [await inodeOf(reserve), await inodeOf(handle)];
  if (!opened.every((inode) => isSame(inode, snapshot.inode))) return undefined;
  await prepare();
  if (!(await isUntouched(files, path, snapshot))) return undefined;
  const growth = bytes.length - snapshot.bytes.length;
  const wanted = growth > 0 ? await grow({ reserve, handle, snapshot, bytes, growth }) : bytes;
  await writeAll(handle, pad(wanted, snapshot.bytes.length), 0);
  await handle.sync();
  const written = growth < 0 ? cut(handle.fd, { bytes: wanted, paddedLength: snapshot.bytes.length }) : wanted;
  await handle.sync();
  if (!(await readAll(handle)).subarray(0, written.length).equals(written))
    throw new HostsFileError(notAsWritten(path));
  return written;
}

function openFlat(files: FileAccess, path: string, flags: number): Promise<FileHandle> {
  return files.open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

async function inodeOf(handle: FileHandle): Promise<Inode> {
  const { dev, ino } = await handle.stat({ bigint: true });
  return { device: dev, number: ino };
}

interface Growing {
  readonly reserve: FileHandle;
  readonly handle: FileHandle;
  readonly snapshot: Overwriting["snapshot"];
  readonly bytes: Buffer;
  readonly growth: number;
}

/**
 * Takes the space first, by appending blank lines, so that a full disk is met before a byte of the old content is
 * touched. Appending never overlaps what others append: what came before our blank lines is found in between, what
 * comes later stands behind everything that is written.
 */
async function grow({ reserve, handle, snapshot, bytes, growth }: Growing): Promise<Buffer> {
  const blank = Buffer.alloc(growth, lineFeed);
  try {
    await reserve.appendFile(blank);
    await reserve.sync();
  } catch (error) {
    await handle.truncate(lengthWithoutBlank(await readAll(handle), snapshot.bytes.length));
    throw error;
  }
  const added = (await readAll(handle)).subarray(snapshot.bytes.length);
  return carryOver(bytes, added.subarray(0, Math.max(0, findBlank(added, blank))));
}

/** Where our blank lines begin: on a line of their own, unless what stands before them has no line end. */
function findBlank(added: Buffer, blank: Buffer): number {
  if (added.subarray(0, blank.length).equals(blank)) return 0;
  const behindLine = added.indexOf(Buffer.concat([Buffer.of(lineFeed), blank]));
  return behindLine === -1 ? added.indexOf(blank) : behindLine + 1;
}

/** The length of a file without the blank lines at its end, but with the old content and the last line's own end. */
function lengthWithoutBlank(bytes: Buffer, oldLength: number): number {
  const last = bytes.findLastIndex((octet) => octet !== lineFeed);
  return last < oldLength ? oldLength : Math.min(last + 2, bytes.length);
}

function pad(bytes: Buffer, length: number): Buffer {
  return bytes.length >= length ? bytes : Buffer.concat([bytes, Buffer.alloc(length - bytes.length, lineFeed)]);
}

/**
 * Cuts the padding off, and puts what others appended behind it in its place. Synchronous, because what is appended
 * between the look and the cut is lost: this keeps it to microseconds.
 */
function cut(
  descriptor: number,
  { bytes, paddedLength }: { readonly bytes: Buffer; readonly paddedLength: number },
): Buffer {
  const appended = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - paddedLength));
  readSync(descriptor, appended, 0, appended.length, paddedLength);
  const whole = carryOver(bytes, appended);
  if (appended.length > 0) writeSync(descriptor, whole, bytes.length, whole.length - bytes.length, bytes.length);
  ftruncateSync(descriptor, whole.length);
  return whole;
}

function notAsWritten(path: string): HostsFileError["trouble"] {
  return {
    code: "hosts-file-not-as-written",
    message: `${path} does not read back as it was written.`,
    hint: "Another program writes it at the same time (a virus scanner?), or the disk is failing: see `sudo dmesg | tail`.",
  };
}
