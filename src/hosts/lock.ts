/**
 * One writer per hosts file. The lock is SQLite's write lock on a small database beside the file: the kernel drops it
 * with the process (fcntl(2)), so none is ever stale, and only those who may write that folder can take it. Over NFS it
 * is as good as the locks of that mount.
 */
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  unlinkSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Trouble } from "../trouble.ts";
import { errorCode, unlessMissing } from "./file-access.ts";

/** Who holds the lock. */
export interface Holder {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** The command, as in `hostsfile-server serve`. */
  readonly what: string;
}

export type Lock =
  | ({ readonly state: "held"; readonly path: string } & AsyncDisposable)
  | { readonly state: "taken"; readonly holder: Holder | undefined; readonly trouble: Trouble }
  /** This user may not write beside the file. */
  | { readonly state: "denied"; readonly isFolderClosed: boolean; readonly trouble: Trouble }
  /** Nobody can, for now: the file system is full, read-only, or the folder is missing. */
  | { readonly state: "unavailable"; readonly isFolderClosed: boolean; readonly trouble: Trouble };

export interface LockRequest {
  /** The real path of the hosts file. */
  readonly path: string;
  /** Where the lock is kept when nothing can be created beside the file, though the file itself may be written. */
  readonly stateFolder: string;
  /** Who asks. */
  readonly holder: Holder;
}

/**
 * Tries to take the lock of a hosts file, without waiting.
 *
 * @returns the lock; disposing of it removes its file
 */
export function takeLock({ path, stateFolder, holder }: LockRequest): Lock {
  const name = `.${basename(path)}.hostsfile-server.lock`;
  const beside = lockAt(path, join(dirname(path), name), holder);
  if (!("isFolderClosed" in beside) || !beside.isFolderClosed || !isWritable(path)) return beside;
  // As under systemd's ReadWritePaths=/etc/hosts, or in a container.
  createFolder(stateFolder);
  const kept = lockAt(path, join(stateFolder, name), holder);
  return kept.state === "held" || kept.state === "taken" ? kept : beside;
}

/** Milliseconds to wait for one who reads or writes the holder just now; nobody does so for longer than a moment. */
const patience = 5_000;

/** Locks that this process holds. Opening such a file again, and closing it, would drop the lock (fcntl(2)). */
const heldHere = new Map<string, Holder>();

function lockAt(path: string, lockPath: string, holder: Holder): Lock {
  const own = heldHere.get(lockPath);
  if (own !== undefined) return taken(path, own);
  try {
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
  const { ino } = fstatSync(descriptor, { bigint: true });
  // Closed before the descriptor is, which would drop the lock under SQLite.
  const database = resources.use(new DatabaseSync(lockPath, { timeout: patience }));
  try {
    // Nothing here must survive a crash of the machine, and no journal file may be left beside the hosts file.
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF");
    if (!claim(database, holder)) return taken(path, readHolder(database));
  } catch (error) {
    if (inodeAt(lockPath) !== ino) return "again";
    if (!isRubbish(error)) throw error;
    // A crash of the machine can leave anything in it. Emptying it frees nobody's lock, so this makes no two winners.
    ftruncateSync(descriptor);
    return "again";
  }
  // Whoever held it before may have removed the file after it was opened: then this lock keeps nobody out.
  if (inodeAt(lockPath) !== ino) return "again";
  const kept = resources.move();
  heldHere.set(lockPath, holder);
  const release = (): void => {
    // While the lock is held the file is nobody else's.
    if (inodeAt(lockPath) === ino) unlinkSync(lockPath);
  };
  return { state: "held", path: lockPath, [Symbol.asyncDispose]: () => letGo(lockPath, release, kept) };
}

async function letGo(lockPath: string, remove: () => void, kept: DisposableStack): Promise<void> {
  try {
    if (!kept.disposed) remove();
  } catch {
    // The file stays, and does no harm.
  } finally {
    kept.dispose();
    heldHere.delete(lockPath);
  }
}

function isRubbish(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === sqliteCorrupt || code === sqliteNotADatabase;
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
    if (sqliteCode(error) !== sqliteBusy) throw error;
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
  return { pid, since, what };
}

/** Opens the file, creating it if it is missing, so that SQLite opens no link and no file of another user. */
function openSafely(lockPath: string): number {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const descriptor = openSync(lockPath, flags, 0o600);
  const status = fstatSync(descriptor);
  if (status.isFile() && (status.uid === 0 || status.uid === process.geteuid?.())) return descriptor;
  closeSync(descriptor);
  throw new Error(`${lockPath} is another user's file`);
}

function inodeAt(lockPath: string): bigint | undefined {
  return unlessMissing(() => lstatSync(lockPath, { bigint: true }))?.ino;
}

/** SQLite's result codes (sqlite.org/rescode.html). */
const sqliteBusy = 5;
const sqlitePermission = 3;
const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;

function sqliteCode(error: unknown): number | undefined {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode & 0xff
    : undefined;
}

function taken(path: string, holder: Holder | undefined): Lock {
  const who =
    holder === undefined
      ? "another hostsfile-server"
      : `process ${holder.pid} (${holder.what}, since ${new Date(holder.since).toISOString()})`;
  return {
    state: "taken",
    holder,
    trouble: {
      code: "hosts-file-lock-taken",
      message: `${path} already has a writer: ${who}.`,
      hint: `${stopHint(holder)}, or give each its own --hosts-file.`,
    },
  };
}

/** A service that is killed comes back; one whose socket stays is started by the next caller. */
function stopHint(holder: Holder | undefined): string {
  if (holder === undefined) return "Stop the other one";
  const { what, pid } = holder;
  if (!what.endsWith(".service")) return `Stop it (\`sudo kill ${pid}\`)`;
  return `It is the service, which runs from boot; stop it (\`sudo systemctl stop ${what.replace(".service", ".socket")} ${what}\`)`;
}

function failed(path: string, error: unknown): Lock {
  const code = errorCode(error);
  if (code === "EACCES" || code === "EPERM" || sqliteCode(error) === sqlitePermission) {
    return {
      state: "denied",
      isFolderClosed: code === "EACCES",
      trouble: {
        code: "hosts-file-permission",
        message: `This user may not write in ${dirname(path)}, where ${basename(path)} is kept.`,
        hint: "Run it with sudo, or name a file of your own with --hosts-file.",
      },
    };
  }
  return {
    state: "unavailable",
    isFolderClosed: code === "EROFS",
    trouble: {
      code: "hosts-file-lock-unavailable",
      message: `No lock can be kept beside ${path} (${code ?? (error instanceof Error ? error.message : "unknown error")}).`,
      hint:
        code === "EROFS"
          ? `Its folder is mounted read-only. Mount it writable: \`sudo mount -o remount,rw $(findmnt -no TARGET --target ${dirname(path)})\`. It is tried again by itself.`
          : `Check \`df -h ${dirname(path)}\` and \`findmnt --target ${dirname(path)}\`. It is tried again by itself.`,
    },
  };
}
