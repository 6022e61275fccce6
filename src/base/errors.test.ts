/** Codes are read from real errors of the file system and of SQLite. */
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { errorCode, isMissing, sqliteCode, sqliteCodes } from "./errors.ts";

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

test.each([
  ["/nonexistent", "ENOENT", true],
  ["/dev/null/below", "ENOTDIR", true],
  ["/", "EISDIR", false],
])("reading %s fails with %s", (path, code, missing) => {
  const error = thrownBy(() => readFileSync(path));
  expect(errorCode(error)).toBe(code);
  expect(isMissing(error)).toBe(missing);
});

test("an extended code of SQLite is cut to the primary one", () => {
  using database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE one (id INTEGER PRIMARY KEY)");
  const unique = thrownBy(() => database.exec("INSERT INTO one VALUES (1), (1)"));
  expect(unique).toMatchObject({ errcode: 1555 });
  expect(sqliteCode(unique)).toBe(19);
  using other = new DatabaseSync("file:busy?mode=memory&cache=shared");
  using second = new DatabaseSync("file:busy?mode=memory&cache=shared");
  other.exec("BEGIN IMMEDIATE");
  expect([sqliteCodes.busy, 6]).toContain(sqliteCode(thrownBy(() => second.exec("BEGIN IMMEDIATE"))));
});

test.each([new Error("plain"), "text", undefined, { code: "ENOENT" }])("%s has no code", (error) => {
  expect([errorCode(error), sqliteCode(error)]).toEqual([undefined, undefined]);
});
