/** Opens the database, checks it whole, and tells trouble that passes from damage. */
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { prepareStateFile, prepareStateFolder, syncFolder } from "./folder.ts";
import { applicationId, createTables, readingPragmas, schemaVersion, upgrades, writingPragmas } from "./schema.ts";
import { damagedCopies, databaseName, setAside } from "./set-aside.ts";
import { SQLiteStore } from "./sqlite-store.ts";
import { DamageError, StoreTroubleError, damaged, explainStoreError, isDamage, newer } from "./trouble.ts";

export interface StoreOptions {
  /** The state folder, an absolute path; made when it is not there. */
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Opens the store, empty when there has never been one. A damaged database is set aside and never treated as empty:
 * as long as only damaged ones are there, opening fails.
 *
 * @throws StoreTroubleError `state-damaged`, `state-in-use`, `state-newer`, `state-folder-unsafe`,
 *   `state-no-permission`, or `state-unavailable` for trouble that may pass
 */
export function openStore({ folder, now }: StoreOptions): SQLiteStore {
  try {
    const real = prepareStateFolder(folder);
    const copy = damagedCopies(real).at(-1);
    if (copy !== undefined && !existsSync(join(real, databaseName))) throw damaged(copy);
    return openDatabase(real, now);
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

/**
 * Starts afresh after damage: makes an empty database. The damaged copies stay.
 *
 * @returns the damaged copies' paths; empty when there was nothing to recover from, and then nothing was changed
 * @throws StoreTroubleError as {@link openStore}
 */
export function recoverStore({ folder, now }: StoreOptions): readonly string[] {
  try {
    const real = prepareStateFolder(folder);
    const copies = damagedCopies(real);
    if (copies.length === 0 || existsSync(join(real, databaseName))) return [];
    openDatabase(real, now)[Symbol.dispose]();
    return copies;
  } catch (error) {
    throw explainStoreError(error, folder);
  }
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
    const { trouble } = damaged(damagedCopies(folder).at(-1) ?? folder);
    return new StoreTroubleError(trouble, cause);
  } catch (error) {
    // A failing disk does both at once: it damages files and is mounted read-only.
    return explainStoreError(error, folder);
  }
}

function openDatabase(folder: string, now: () => number): SQLiteStore {
  const path = join(folder, databaseName);
  if (!existsSync(path)) createDatabase(folder, path);
  prepareStateFile(path);
  const database = new DatabaseSync(path);
  try {
    database.exec(readingPragmas);
    check(database, folder);
    database.exec(writingPragmas);
    upgrade(database);
    return new SQLiteStore(database, now);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Made under another name first, so that an empty or half-made file under the real name is always damage. */
function createDatabase(folder: string, path: string): void {
  const draft = `${path}.new`;
  rmSync(draft, { force: true });
  prepareStateFile(draft);
  const database = new DatabaseSync(draft);
  try {
    database.exec(`BEGIN IMMEDIATE; ${createTables} COMMIT;`);
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
