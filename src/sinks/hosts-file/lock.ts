/**
 * One writer per hosts file. The lock is SQLite's write lock on a small database beside the file: the kernel drops it
 * with the process (fcntl(2)), so none is ever stale, and only those who may write that folder can take it. Over NFS it
 * is as good as the locks of that mount.
 */
import {
  type BigIntStats,
  accessSync,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { unlessMissing } from "./writer/file-access.ts";
import { type HeldLock, type Holder, type Lock, failed, taken } from "./lock-outcome.ts";
import { currentUser } from "../../platform/user.ts";
import { findOrigins } from "./writer/mount.ts";
import { sqliteCode, sqliteCodes } from "../../base/errors.ts";
import { mountsFile } from "../../platform/linux-files.ts";

interface LockRequest {
  /** The real path of the hosts file. */
  readonly path: string;
  /** Where the lock is kept when nothing can be created beside the file, though the file itself may be written. */
  readonly stateFolder: string;
  /** The process that wants it. */
  readonly holder: Holder;
}

/**
 * Tries to take the lock of a hosts file, without waiting.
 *
 * @returns the lock; disposing of it removes its file
 */
export function takeLock(request: LockRequest): Lock {
  const { path, holder } = request;
  // A file that is a mount of its own is reached by other paths too, and a writer there locks there.
  const origin = originOf(path);
  const there = origin === undefined ? undefined : lockAt(path, lockPathOf(origin), holder);
  if (there?.state === "taken") return there;
  const here = takeLockHere(request);
  return there?.state === "held" ? both(there, here) : here;
}

function takeLockHere({ path, stateFolder, holder }: LockRequest): Lock {
  const beside = lockAt(path, lockPathOf(path), holder);
  if (!("isFolderClosed" in beside) || !beside.isFolderClosed || !isWritable(path)) return beside;
  // As under systemd's ReadWritePaths=/etc/hosts, or in a container.
  createFolder(stateFolder);
  const kept = lockAt(path, join(stateFolder, basename(lockPathOf(path))), holder);
  return kept.state === "held" || kept.state === "taken" ? kept : beside;
}

function lockPathOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.hostsfile-server.lock`);
}

/** Where a file that is a mount of its own comes from, if that place can be seen from here. */
function originOf(path: string): string | undefined {
  // Where the lock would be the very one beside the path, as when a file is mounted on itself, there is nothing to add.
  return findOrigins(readMountTable(), path).find(
    (origin) =>
      isSameAt(path, origin) && !(basename(origin) === basename(path) && isSameAt(dirname(path), dirname(origin))),
  );
}

function isSameAt(left: string, right: string): boolean {
  const [one, other] = [statusAt(left), statusAt(right)];
  return one !== undefined && other !== undefined && identityOf(one) === identityOf(other);
}

/** Only Linux has this table. */
function readMountTable(): string {
  return unlessMissing(() => readFileSync(mountsFile, "utf8")) ?? "";
}

/** The status of what is at a path; undefined where this user may not look. */
function statusAt(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

function both(there: HeldLock, here: Lock): Lock {
  if (here.state !== "held") {
    void there[Symbol.asyncDispose]();
    return here;
  }
  return {
    ...here,
    isKept: () => there.isKept() && here.isKept(),
    [Symbol.asyncDispose]: async () => {
      await here[Symbol.asyncDispose]();
      await there[Symbol.asyncDispose]();
    },
  };
}

/** Milliseconds to wait for another process that is reading or writing the holder, which takes only a moment. */
const patience = 5_000;

/** Locks that this process holds, by device and inode. Opening such a file again, and closing it, would drop the lock (fcntl(2)). */
const heldHere = new Map<string, Holder>();

function lockAt(path: string, lockPath: string, holder: Holder): Lock {
  try {
    const own = heldHere.get(identityAt(lockPath) ?? "");
    if (own !== undefined) return taken(path, own);
    for (;;) {
      const lock = tryLock(path, lockPath, holder);
      if (lock !== "again") return lock;
    }
  } catch (error) {
    return failed(path, error);
  }
}

function createFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    // Then no lock can be taken there either, which is reported.
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * One try. The file is opened here first and stays open as long as SQLite's lock: so its inode number cannot be given to
 * another file, and if the path still leads to it in the end, SQLite has opened the very same one.
 */
function tryLock(path: string, lockPath: string, holder: Holder): Lock | "again" {
  using resources = new DisposableStack();
  const descriptor = openSafely(lockPath);
  resources.defer(() => closeSync(descriptor));
  const identity = identityOf(fstatSync(descriptor, { bigint: true }));
  // Closed before the descriptor is, which would drop the lock under SQLite.
  const database = resources.use(new DatabaseSync(lockPath, { timeout: patience }));
  try {
    // Nothing here must survive a crash of the machine, and no journal file may be left beside the hosts file.
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF");
    if (!claim(database, holder)) return taken(path, readHolder(database));
  } catch (error) {
    if (identityAt(lockPath) !== identity) return "again";
    if (!isRubbish(error)) throw error;
    // A crash of the machine can leave anything in it. Emptying it frees nobody's lock, so this makes no two winners.
    ftruncateSync(descriptor);
    return "again";
  }
  // The previous holder may have removed the file after we opened it. Then this lock keeps nobody out.
  if (identityAt(lockPath) !== identity) return "again";
  const kept = resources.move();
  heldHere.set(identity, holder);
  const isKept = (): boolean => identityAt(lockPath) === identity;
  const release = (): void => {
    // While the lock is held the file is nobody else's.
    if (isKept()) unlinkSync(lockPath);
  };
  return { state: "held", path: lockPath, isKept, [Symbol.asyncDispose]: () => letGo(identity, release, kept) };
}

async function letGo(identity: string, remove: () => void, kept: DisposableStack): Promise<void> {
  try {
    if (!kept.disposed) remove();
  } catch {
    // The file stays, and does no harm.
  } finally {
    kept.dispose();
    heldHere.delete(identity);
  }
}

function isRubbish(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === sqliteCodes.corrupt || code === sqliteCodes.notADatabase;
}

/**
 * Says who we are, then takes the write lock again and keeps it. In between another process may have said the same; the
 * lock decides, and the winner says it once more. Every failure means that somebody else holds it, so one of any
 * number of processes wins.
 */
function claim(database: DatabaseSync, holder: Holder): boolean {
  if (!begin(database)) return false;
  while (!isHolder(database, holder)) {
    database.exec("CREATE TABLE IF NOT EXISTS holder (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT) STRICT");
    database.prepare("INSERT OR REPLACE INTO holder VALUES (1, ?)").run(JSON.stringify(holder));
    database.exec("COMMIT");
    if (!begin(database)) return false;
  }
  return true;
}

/** Takes the write lock, or learns at once that somebody else has it. */
function begin(database: DatabaseSync): boolean {
  try {
    database.exec("PRAGMA busy_timeout = 0; BEGIN IMMEDIATE");
    return true;
  } catch (error) {
    if (sqliteCode(error) !== sqliteCodes.busy) throw error;
    return false;
  } finally {
    database.exec(`PRAGMA busy_timeout = ${patience}`);
  }
}

function isHolder(database: DatabaseSync, holder: Holder): boolean {
  return JSON.stringify(readHolder(database)) === JSON.stringify(holder);
}

/** Reading needs no lock that the holder's would refuse. */
function readHolder(database: DatabaseSync): Holder | undefined {
  try {
    const value = database.prepare("SELECT value FROM holder").get()?.["value"];
    return typeof value === "string" ? parseHolder(value) : undefined;
  } catch {
    return undefined;
  }
}

function parseHolder(text: string): Holder | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return undefined;
  if (!("pid" in value) || !("since" in value) || !("what" in value)) return undefined;
  const { pid, since, what } = value;
  if (typeof pid !== "number" || typeof since !== "number" || typeof what !== "string") return undefined;
  const stopCommand = "stopCommand" in value ? value.stopCommand : undefined;
  return typeof stopCommand === "string" ? { pid, since, what, stopCommand } : { pid, since, what };
}

/** Opens the file, creating it if it is missing, so that SQLite opens no link and no file of another user. */
function openSafely(lockPath: string): number {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const descriptor = openSync(lockPath, flags, 0o600);
  const status = fstatSync(descriptor);
  if (status.isFile() && (status.uid === 0 || status.uid === currentUser())) return descriptor;
  closeSync(descriptor);
  throw new Error(`${lockPath} is another user's file`);
}

function identityAt(lockPath: string): string | undefined {
  const status = unlessMissing(() => lstatSync(lockPath, { bigint: true }));
  return status && identityOf(status);
}

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}
