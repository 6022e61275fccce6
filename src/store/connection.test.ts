/** One open database: whole transactions or nothing, and a log that is emptied when something is in it. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { finish } from "../base/steps.ts";
import { SqliteConnection } from "./connection.ts";
import { writingPragmas } from "./schema.ts";

/** A database on disk as the store has it, with one table. */
function open() {
  const folder = temporaryFolder();
  const path = join(folder.path, "db");
  const database = new DatabaseSync(path);
  database.exec(`${writingPragmas} CREATE TABLE word (text TEXT PRIMARY KEY) STRICT;`);
  const connection = new SqliteConnection(database);
  const put = (text: string): number => connection.run("INSERT OR IGNORE INTO word VALUES (?)", text);
  return {
    connection,
    put,
    words: () =>
      connection
        .prepare("SELECT text FROM word ORDER BY text")
        .all()
        .map(({ text }) => text),
    logBytes: () => statSync(`${path}-wal`).size,
    [Symbol.dispose]: () => {
      if (connection.isOpen) connection[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

test("a statement is made once, and each text has its own", () => {
  using here = open();
  const { connection } = here;
  expect(connection.prepare("SELECT 1")).toBe(connection.prepare("SELECT 1"));
  expect(connection.prepare("SELECT 2")).not.toBe(connection.prepare("SELECT 1"));
});

test("a change says how many rows it changed", () => {
  using here = open();
  expect([here.put("one"), here.put("one"), here.put("two")]).toEqual([1, 0, 1]);
  expect(here.connection.run("DELETE FROM word")).toBe(2);
});

describe("a transaction", () => {
  test("keeps all of the work, gives its result, and may pause in between", () => {
    using here = open();
    const { connection, put } = here;
    const steps = connection.transaction(function* () {
      put("one");
      yield;
      put("two");
      return "done";
    });
    expect(connection.isInTransaction).toBe(false);
    steps.next();
    expect([connection.isInTransaction, here.words()]).toEqual([true, ["one"]]);
    expect(finish(steps)).toBe("done");
    expect([connection.isInTransaction, here.words()]).toEqual([false, ["one", "two"]]);
  });

  test("keeps nothing of work that fails, and the connection is good for more", () => {
    using here = open();
    const { connection, put } = here;
    put("before");
    const failing = connection.transaction(function* () {
      put("half");
      yield;
      throw new Error("in the middle");
    });
    expect(() => finish(failing)).toThrow("in the middle");
    expect([connection.isInTransaction, here.words()]).toEqual([false, ["before"]]);
    put("after");
    expect(here.words()).toEqual(["after", "before"]);
  });

  test("whose steps are given up is taken back", () => {
    using here = open();
    const { connection, put } = here;
    const steps = connection.transaction(function* () {
      put("half");
      yield;
      put("rest");
    });
    steps.next();
    const error = new Error("given up");
    expect(() => steps.throw(error)).toThrow(error);
    expect([connection.isInTransaction, here.words()]).toEqual([false, []]);
  });

  test("whose database was closed meanwhile fails with the reason of the work", () => {
    using here = open();
    const { connection, put } = here;
    const steps = connection.transaction(function* () {
      put("half");
      connection[Symbol.dispose]();
      yield;
      throw new Error("closed");
    });
    expect(() => finish(steps)).toThrow("closed");
    expect(connection.isOpen).toBe(false);
  });
});

describe("the log", () => {
  test("counts as filled at first, since a killed process may have left one, and is emptied", () => {
    using here = open();
    const { connection } = here;
    expect(connection.isLogged).toBe(true);
    connection.checkpoint();
    expect([connection.isLogged, here.logBytes()]).toEqual([false, 0]);
  });

  test.each<[string, (here: ReturnType<typeof open>) => unknown]>([
    ["a change", ({ put }) => put("one")],
    [
      "a transaction",
      ({ connection, put }) =>
        finish(
          connection.transaction(function* () {
            put("one");
            yield;
          }),
        ),
    ],
  ])("is filled by %s, and empty after a checkpoint with all that was written", (_, change) => {
    using here = open();
    here.connection.checkpoint();
    change(here);
    expect(here.connection.isLogged).toBe(true);
    expect(here.logBytes()).toBeGreaterThan(0);
    here.connection.checkpoint();
    expect([here.connection.isLogged, here.logBytes(), here.words()]).toEqual([false, 0, ["one"]]);
  });

  test("is left alone within a transaction, whose pages are not sure yet", () => {
    using here = open();
    const { connection, put } = here;
    const steps = connection.transaction(function* () {
      put("one");
      yield;
    });
    steps.next();
    connection.checkpoint();
    expect(connection.isLogged).toBe(true);
    finish(steps);
    connection.checkpoint();
    expect([connection.isLogged, here.words()]).toEqual([false, ["one"]]);
  });
});
