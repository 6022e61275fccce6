/** Writes over the hosts file where it cannot be replaced, as a bind mount cannot. Never truncates first, never follows a link. */
import { constants } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startsWith } from "./bytes.ts";
import { carryOver } from "./carry-over.ts";
import { type FileAccess, type OpenFile, readAll, writeAll } from "./file-access.ts";
import { type Snapshot, isSame, isUntouched, toInode } from "./snapshot.ts";
import { lineFeed } from "../../../base/bytes.ts";
import { TroubleError } from "../../../base/trouble.ts";
import { notAsWrittenTrouble } from "../hosts-file-trouble.ts";

interface Overwriting {
  readonly files: FileAccess;
  /** The path as configured, which may be a link. */
  readonly path: string;
  readonly snapshot: Extract<Snapshot, { kind: "file" }>;
  readonly bytes: Buffer;
  /** Whether the file holds something else than what we left in it, so that somebody may be writing it just now. */
  readonly isEdited: boolean;
  /** Called before the first byte is written, to make the old and the new bytes durable elsewhere. */
  readonly prepare: () => Promise<void>;
}

/**
 * Milliseconds without an edit before a file that others edited is written, or any file is made shorter. Another program
 * may be half-way through its own write; and a line that comes in the instant of the cut would be lost with it.
 */
const quietMs = 25;

/**
 * Writes over the file. Until it is done a reader, or a crash, can meet the old bytes, the new ones, blank lines at the
 * end, or (rarely) a mixture within the part that differs; the journal recognises all of them.
 * What others append meanwhile is kept. What others write over the whole file is kept if it is seen before ours is
 * written: the last look and the write are two system calls, and nothing can come closer.
 *
 * @returns the bytes that the file has now; undefined if somebody edited it meanwhile, and then nothing was changed but
 *   blank lines at its end
 * @throws a system error; on a full disk the old content is as it was
 */
export async function overwriteFile(overwriting: Overwriting): Promise<Buffer | undefined> {
  const { files, path, snapshot, bytes, isEdited, prepare } = overwriting;
  using file = files.open(snapshot.path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  using end = files.open(snapshot.path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
  const oldBytes = snapshot.bytes;
  if (isEdited || bytes.length < oldBytes.length) await sleep(quietMs);
  await prepare();
  if (![file, end].every((opened) => isSame(toInode(opened.status()), snapshot.inode))) return undefined;
  if (!isUntouched(files, path, snapshot)) return undefined;
  const blank = Buffer.alloc(Math.max(0, bytes.length - oldBytes.length), lineFeed);
  if (blank.length > 0) await takeSpace({ file, end, oldBytes, blank });
  const wanted = writeOver({ file, oldBytes, bytes, blank });
  if (wanted === undefined) return undefined;
  await file.sync();
  const written =
    wanted.length < oldBytes.length ? cut({ path, file, bytes: wanted, oldLength: oldBytes.length }) : wanted;
  await file.sync();
  if (!startsWith(readAll(file), written)) throw new TroubleError(notAsWrittenTrouble(path));
  return written;
}

interface TakingSpace {
  readonly file: OpenFile;
  /** The same file, open for appending. */
  readonly end: OpenFile;
  readonly oldBytes: Buffer;
  readonly blank: Buffer;
}

/**
 * Takes the space first, by appending blank lines, so that a full disk is met before a byte of the old content is
 * touched. Appending never overlaps what others append: what came before our blank lines is found in between, what
 * comes later follows everything that is written.
 */
async function takeSpace({ file, end, oldBytes, blank }: TakingSpace): Promise<void> {
  try {
    writeAll(end, blank, null);
    await file.sync();
  } catch (error) {
    const found = readAll(file);
    if (startsWith(found, oldBytes)) file.truncate(lengthWithoutBlank(found, oldBytes.length));
    throw error;
  }
}

/**
 * Writes the new content over the old one.
 *
 * @returns what was written, with what others appended before our blank lines; undefined if the old content has
 *   gone
 */
function writeOver({
  file,
  oldBytes,
  bytes,
  blank,
}: Pick<Overwriting, "bytes"> & Omit<TakingSpace, "end">): Buffer | undefined {
  return afterLastLook(file, (found) => {
    const added = found.subarray(oldBytes.length);
    // Without our blank lines it was cut and written anew since, if only to add a line at its end.
    const end = added.indexOf(blank);
    if (!startsWith(found, oldBytes) || end === -1) return { result: undefined };
    // A line end before our blank lines may be taken for the first of them: then the last of them is left as its line end.
    const wanted = blank.length === 0 ? bytes : carryOver(bytes, added.subarray(0, end));
    const padded = pad(wanted, oldBytes.length);
    return { result: wanted, act: () => writeAll(file, padded, 0) };
  });
}

interface Planned<Result> {
  readonly result: Result;
  readonly act?: () => void;
}

/** How often a file that others change meanwhile is read again; they may go on, and each reading is as good as the last. */
const readings = 5;

/** Reads the file and acts on it, with nothing between the last look whether it changed and the act. */
function afterLastLook<Result>(file: OpenFile, plan: (found: Buffer) => Planned<Result>): Result {
  for (let reading = 1; ; reading += 1) {
    const before = file.status();
    const { result, act } = plan(readAll(file));
    if (act === undefined) return result;
    const { size, mtimeNs } = file.status();
    if (reading < readings && (size !== before.size || mtimeNs !== before.mtimeNs)) continue;
    act();
    return result;
  }
}

/** The length of a file without the blank lines at its end, but with the old content and the last line's own end. */
function lengthWithoutBlank(bytes: Buffer, oldLength: number): number {
  const last = bytes.findLastIndex((octet) => octet !== lineFeed);
  return last < oldLength ? oldLength : Math.min(last + 2, bytes.length);
}

function pad(bytes: Buffer, length: number): Buffer {
  return bytes.length >= length ? bytes : Buffer.concat([bytes, Buffer.alloc(length - bytes.length, lineFeed)]);
}

interface Cutting {
  readonly path: string;
  readonly file: OpenFile;
  readonly bytes: Buffer;
  readonly oldLength: number;
}

/** Cuts the padding off, and puts what others appended behind it in its place. */
function cut({ path, file, bytes, oldLength }: Cutting): Buffer {
  const padded = pad(bytes, oldLength);
  return afterLastLook(file, (found) => {
    // Somebody wrote the whole file anew: to cut it now would take theirs.
    if (!startsWith(found, padded)) throw new TroubleError(notAsWrittenTrouble(path));
    const appended = found.subarray(oldLength);
    const whole = carryOver(bytes, appended);
    const act = (): void => {
      // What is appended between the look and the cut is lost, so only the one write is in between.
      if (appended.length > 0) writeAll(file, whole.subarray(bytes.length), bytes.length);
      file.truncate(whole.length);
    };
    return { result: whole, act };
  });
}
