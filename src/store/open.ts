/** Opens the database, checks it whole, and tells trouble that passes from damage. */
import { lstatSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Position, covers } from "../records/position.ts";
import type { Trouble } from "../base/trouble.ts";
import { prepareStateFile, prepareStateFolder, syncFolder } from "./folder.ts";
import { Place } from "./place.ts";
import { applicationId, createTables, readingPragmas, schemaVersion, upgrades, writingPragmas } from "./schema.ts";
import { damagedCopies, databaseName, setAside } from "./set-aside.ts";
import { SQLiteStore } from "./sqlite-store.ts";
import { DamageError, damaged, explainStoreError, isDamage, lost, newer } from "./trouble.ts";
import { StoreTroubleError } from "../engine/store-trouble.ts";

export interface StoreOptions {
  /** The state folder, an absolute path; made when it is not there. */
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From which positions something was shown that is there still; asked at each opening, nothing by default. */
  readonly shown?: (() => ShownBlock) | undefined;
}

/** Undefined among the positions is one that nobody knows. The trouble is why it cannot be told. */
export type ShownBlock =
  | { readonly ok: true; readonly positions: readonly (Position | undefined)[] }
  | { readonly ok: false; readonly trouble: Trouble };

/**
 * Opens the store, empty when there has never been one. A damaged database is set aside and never treated as empty:
 * as long as only damaged ones are there, opening fails. One that lacks what was shown is lost: it is left as it is, and
 * where there is none, none is made.
 *
 * @throws StoreTroubleError `state-damaged`, `state-lost`, `state-in-use`, `state-newer`, `state-folder-unsafe`,
 *   `state-no-permission`, or `state-unavailable` for trouble that may pass
 */
export function openStore({ folder, now, shown }: StoreOptions): SQLiteStore {
  try {
    const before = positionsOf(shown?.());
    if (before.length > 0 && !isThere(folder)) throw lost(folder, "missing");
    const real = prepareStateFolder(folder);
    if (!isThere(join(real, databaseName))) {
      const copy = damagedCopies(real).at(-1);
      if (copy !== undefined) throw damaged(copy);
      if (before.length > 0) throw lost(folder, "missing");
    }
    return goOn(openDatabase(real, { now }), { folder, before });
  } catch (error) {
    throw isDamage(error) ? setAsideDamaged({ folder, now }, error) : explainStoreError(error, folder);
  }
}

/**
 * Opens a store in memory, for a run that must leave no trace.
 *
 * @param now - milliseconds since 1970
 */
export function openMemoryStore(now: () => number = Date.now): SQLiteStore {
  const database = new DatabaseSync(":memory:");
  database.exec(createTables);
  return new SQLiteStore(database, now);
}

/** What is there now: an empty database beside damaged copies, or all that was saved before. */
export type Recovered =
  | { readonly kind: "afresh"; readonly copies: readonly string[] }
  | { readonly kind: "kept"; readonly records: number };

/**
 * Goes on after damage or loss with what is there: a database that can be read, else an empty one. What was shown before
 * does not matter then. The damaged copies stay.
 *
 * @throws StoreTroubleError as {@link openStore}; `state-in-use` when a server has no trouble with it
 */
export function recoverStore({ folder, now }: StoreOptions): Recovered {
  try {
    const real = prepareStateFolder(folder);
    return recoverDatabase(real, now) ?? afresh(real);
  } catch (error) {
    throw explainStoreError(error, folder);
  }
}

/** Milliseconds; a server that tries again and again has the database open for a moment each time. */
const patience = 5_000;

/** Undefined when there is none to go on with. */
function recoverDatabase(folder: string, now: () => number): Recovered | undefined {
  if (!isThere(join(folder, databaseName))) return undefined;
  try {
    using store = openDatabase(folder, { now, patience });
    store.letTakeOver();
    return { kind: "kept", records: store.recordCount };
  } catch (error) {
    if (!isDamage(error)) throw error;
    setAside(folder, now());
    return undefined;
  }
}

function afresh(folder: string): Recovered {
  createDatabase(folder, "UPDATE position SET takes_over = 1;");
  return { kind: "afresh", copies: damagedCopies(folder) };
}

/**
 * Moves a database that proved damaged out of the way; where that fails it is found damaged again at the next opening.
 *
 * @param options - where it lies
 * @param cause - what was found
 * @returns the trouble to report
 */
export function setAsideDamaged({ folder, now }: StoreOptions, cause: unknown): StoreTroubleError {
  try {
    setAside(folder, now());
    return new StoreTroubleError(damaged(damagedCopies(folder).at(-1) ?? folder), cause);
  } catch (error) {
    // A failing disk does both at once: it damages files and is mounted read-only.
    return explainStoreError(error, folder);
  }
}

function positionsOf(shown: ShownBlock = { ok: true, positions: [] }): readonly (Position | undefined)[] {
  if (shown.ok) return shown.positions;
  throw new StoreTroubleError(shown.trouble);
}

/** Closes a store that lacks something that was shown, unless the user said to go on with it. */
function goOn(
  store: SQLiteStore,
  { folder, before }: { readonly folder: string; readonly before: readonly (Position | undefined)[] },
): SQLiteStore {
  const known = before.filter((position) => position !== undefined);
  try {
    const missed = known.find((position) => !covers(store.position, position));
    if (store.takesOver) store.takeOver(known);
    else if (missed !== undefined) throw lost(folder, missed.id === store.position.id ? "older" : "another");
    return store;
  } catch (error) {
    store[Symbol.dispose]();
    throw error;
  }
}

/** Unlike existsSync it throws where that cannot be told. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function openDatabase(
  folder: string,
  { now, patience: timeout = 0 }: { readonly now: () => number; readonly patience?: number },
): SQLiteStore {
  const path = join(folder, databaseName);
  if (!isThere(path)) createDatabase(folder);
  prepareStateFile(path);
  const database = new DatabaseSync(path, { timeout });
  try {
    database.exec(readingPragmas);
    check(database, folder);
    database.exec(writingPragmas);
    upgrade(database);
    return new SQLiteStore(database, now, new Place([path, `${path}-wal`]));
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Made under another name first, so that an empty or half-made file under the real name is always damage. */
function createDatabase(folder: string, more = ""): void {
  const path = join(folder, databaseName);
  const draft = `${path}.new`;
  rmSync(draft, { force: true });
  prepareStateFile(draft);
  const database = new DatabaseSync(draft);
  try {
    database.exec(`BEGIN IMMEDIATE; ${createTables} ${more} COMMIT;`);
  } finally {
    database.close();
  }
  renameSync(draft, path);
  syncFolder(folder);
}

function check(database: DatabaseSync, folder: string): void {
  if (pragma(database, "application_id") !== applicationId) throw new DamageError("not a database of ours");
  const version = pragma(database, "user_version");
  if (version > schemaVersion) throw newer(folder, version);
  const verdict = database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
  if (verdict !== "ok") throw new DamageError(String(verdict));
}

/** Whole or not at all, so that a full disk or a lost power leaves a database of one version. */
function upgrade(database: DatabaseSync): void {
  const version = pragma(database, "user_version");
  if (version === schemaVersion) return;
  const missing = Array.from({ length: schemaVersion - version }, (_, index) => upgrades[version + index]);
  database.exec(`BEGIN IMMEDIATE; ${missing.join("")} PRAGMA user_version = ${schemaVersion}; COMMIT;`);
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
