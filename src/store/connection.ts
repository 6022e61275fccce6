/** One open database: its statements, its transactions, and whether its log holds something. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Steps } from "../base/steps.ts";

/** Throws whatever SQLite throws; `open.ts` gives these errors their meaning. */
export class SqliteConnection implements Disposable {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  /** A log that a killed process left counts too. */
  #isLogged = true;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get isOpen(): boolean {
    return this.#database.isOpen;
  }

  /** Whether a transaction is under way, which may be rolled back with all that is written meanwhile. */
  get isInTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /** Whether something is in the log alone. */
  get isLogged(): boolean {
    return this.#isLogged;
  }

  /** Makes a statement, or gives the one that was made before. */
  prepare(sql: string): StatementSync {
    const prepared = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  /** Returns the number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    this.#isLogged = true;
    return Number(this.prepare(sql).run(...values).changes);
  }

  /** Does all of the work or nothing. */
  *transaction<Result>(work: () => Steps<Result>): Steps<Result> {
    this.#isLogged = true;
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = yield* work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.isOpen && this.isInTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Brings what is in the log into the database; does nothing where nothing is in it, or within a transaction. */
  checkpoint(): void {
    if (!this.#isLogged || this.isInTransaction) return;
    const { busy } = this.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get() ?? {};
    this.#isLogged = busy !== 0;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
