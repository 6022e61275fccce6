/**
 * One writer per hosts file. The lock is SQLite's write lock on a small database beside the file: the kernel drops it
 * with the process (fcntl(2)), so none is ever stale, and only those who may write that folder can take it. Over NFS it
 * is as good as the locks of that mount.
 */
import { type BigIntStats, accessSync, constants } from "node:fs";
import { lstat, mkdir, open, truncate, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Trouble } from "../trouble.ts";
import { errorCode } from "./file-access.ts";

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
export async function takeLock({ path, stateFolder, holder }: LockRequest): Promise<Lock> {
  const name = `.${basename(path)}.hostsfile-server.lock`;
  const beside = await lockAt(path, join(dirname(path), name), holder);
  if (!("isFolderClosed" in beside) || !beside.isFolderClosed || !isWritable(path)) return beside;
  // As under systemd's ReadWritePaths=/etc/hosts, or in a container.
  await mkdir(stateFolder, { recursive: true, mode: 0o700 }).catch(() => undefined);
  const kept = await lockAt(path, join(stateFolder, name), holder);
  return kept.state === "held" || kept.state === "taken" ? kept : beside;
}

async function lockAt(path: string, lockPath: string, holder: Holder): Promise<Lock> {
  try {
    for (;;) {
      const lock = await tryLock(path, lockPath, holder);
      if (lock !== "removed meanwhile") return lock;
    }
  } catch (error) {
    if (!isRubbish(error)) return failed(path, error);
  }
  try {
    // A crash of the machine can leave anything in it. Emptying it frees nobody's lock, so this cannot make two winners.
    await truncate(lockPath);
    const lock = await tryLock(path, lockPath, holder);
    return lock === "removed meanwhile" ? taken(path, undefined) : lock;
  } catch (error) {
    return failed(path, error);
  }
}

function isRubbish(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === sqliteCorrupt || code === sqliteNotADatabase;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function tryLock(path: string, lockPath: string, holder: Holder): Promise<Lock | "removed meanwhile"> {
  const inode = await createSafely(lockPath);
  if (inode === undefined) return "removed meanwhile";
  const database = new DatabaseSync(lockPath, { timeout: 0 });
  let kept = false;
  try {
    // Nothing here must survive a crash of the machine, and no journal file may be left beside the hosts file.
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF");
    if (!claim(database, holder)) return taken(path, readHolder(database));
    // Whoever held it before may have removed the file after we opened it: then this lock is nobody's.
    if ((await statusAt(lockPath))?.ino !== inode) return "removed meanwhile";
    kept = true;
    return { state: "held", path: lockPath, [Symbol.asyncDispose]: () => release(database, lockPath, inode) };
  } finally {
    if (!kept) database.close();
  }
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
    if (!commit(database) || !begin(database)) return false;
  }
  return true;
}

function begin(database: DatabaseSync): boolean {
  return unlessBusy(() => {
    database.exec("BEGIN IMMEDIATE");
  });
}

/** A reader may hold up a commit for a moment; the write lock is kept meanwhile, so asking again is safe. */
function commit(database: DatabaseSync): boolean {
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    if (unlessBusy(() => database.exec("COMMIT"))) return true;
  }
  return false;
}

function unlessBusy(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (sqliteCode(error) === sqliteBusy) return false;
    throw error;
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

/**
 * Creates the file if it is missing, and makes sure that SQLite opens no link and no file of another user. One that is
 * there is never opened here: closing any of a process's descriptors drops its locks on the file (fcntl(2)).
 */
async function createSafely(lockPath: string): Promise<bigint | undefined> {
  try {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    await (await open(lockPath, flags, 0o600)).close();
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
  const status = await statusAt(lockPath);
  if (status === undefined) return undefined;
  const isOurs = status.uid === 0n || Number(status.uid) === process.geteuid?.();
  if (status.isFile() && isOurs) return status.ino;
  throw new Error(`${lockPath} is a link or another user's file`);
}

async function statusAt(lockPath: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(lockPath, { bigint: true });
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Removes the file while the lock is held, so that it is nobody else's. */
async function release(database: DatabaseSync, lockPath: string, inode: bigint): Promise<void> {
  if (!database.isOpen) return;
  try {
    if ((await statusAt(lockPath))?.ino === inode) await unlink(lockPath);
  } catch {
    // It stays, and does no harm.
  } finally {
    database.close();
  }
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
      hint:
        holder === undefined
          ? "Stop the other one, or give each its own --hosts-file."
          : `Stop it (\`sudo kill ${holder.pid}\`), or give each its own --hosts-file.`,
    },
  };
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
      hint: `Check \`df -h ${dirname(path)}\` and \`findmnt --target ${dirname(path)}\`. It is tried again by itself.`,
    },
  };
}
