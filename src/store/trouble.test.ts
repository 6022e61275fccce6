/** Errors of SQLite and of the file system become words with the way out; everything else is a bug and stays one. */
import { describe, expect, test } from "vitest";
import { StoreTroubleError } from "../engine/store-trouble.ts";
import { DamageError, damaged, explainStoreError, isDamage, lost, newer } from "./trouble.ts";

const folder = "/var/lib/hostsfile-server";

function ofSQLite(errcode: number): Error {
  return Object.assign(new Error("of SQLite"), { code: "ERR_SQLITE_ERROR", errcode });
}

function ofSystem(code: string): Error {
  return Object.assign(new Error(`${code}: of the file system`), { code, syscall: "open" });
}

describe("what an error means", () => {
  test.each([
    ["a busy database", ofSQLite(5), "state-in-use", true],
    ["an extended code of it (SQLITE_BUSY_RECOVERY)", ofSQLite(261), "state-in-use", true],
    ["a full disk", ofSQLite(13), "state-unavailable", undefined],
    ["a failing disk (SQLITE_IOERR_FSYNC)", ofSQLite(1034), "state-unavailable", undefined],
    ["a folder of somebody else's", ofSystem("EACCES"), "state-no-permission", true],
    ["a file that may not be changed", ofSystem("EPERM"), "state-no-permission", true],
    ["a disk that was mounted read-only", ofSystem("EROFS"), "state-unavailable", undefined],
  ])("%s", (_, error, code, endsStart) => {
    const trouble = explainStoreError(error, folder);
    expect(trouble).toMatchObject({ code, message: expect.stringContaining(folder) });
    expect(trouble.endsStart).toBe(endsStart);
  });

  test("what was explained before stays as it is", () => {
    const known = newer(folder, 9);
    expect(explainStoreError(known, folder)).toBe(known);
  });

  test.each([
    ["a bug", new TypeError("x is undefined")],
    ["a code without a call", Object.assign(new Error("x"), { code: "ERR_INVALID_ARG_TYPE" })],
    ["what is not an error", "text"],
  ])("%s is thrown again", (_, error) => {
    expect(() => explainStoreError(error, folder)).toThrow(error);
  });
});

test.each([
  ["SQLITE_CORRUPT", ofSQLite(11), true],
  ["SQLITE_CORRUPT_INDEX", ofSQLite(779), true],
  ["SQLITE_NOTADB", ofSQLite(26), true],
  ["a rule of ours that is broken", new DamageError("x"), true],
  ["SQLITE_FULL", ofSQLite(13), false],
  ["SQLITE_BUSY", ofSQLite(5), false],
  ["a missing permission", ofSystem("EACCES"), false],
  ["a bug", new TypeError("x"), false],
  ["what is not an error", undefined, false],
])("%s is damage: %s", (_, error, expected) => {
  expect(isDamage(error)).toBe(expected);
});

describe("words", () => {
  test("damage names the copy, and the command that starts afresh", () => {
    const trouble = damaged(`${folder}/records.sqlite.damaged-1`);
    expect(trouble.message).toContain(`${folder}/records.sqlite.damaged-1`);
    expect(trouble.command).toBe("hostsfile-server recover");
  });

  test.each(["missing", "older", "another"] as const)(
    "a loss (%s) says that the lines stay, and recovers this folder",
    (what) => {
      const trouble = lost(folder, what);
      expect(trouble).toMatchObject({ code: "state-lost", command: `hostsfile-server recover --state-dir=${folder}` });
      expect(trouble.message).toMatch(/these lines stay as they are\.$/i);
    },
  );

  test("each loss is told in its own words", () => {
    const texts = (["missing", "older", "another"] as const).map((what) => lost(folder, what).message);
    expect(new Set(texts).size).toBe(3);
  });

  test("a newer format is named, and nothing of it is touched", () => {
    expect(newer(folder, 9)).toBeInstanceOf(StoreTroubleError);
    expect(newer(folder, 9)).toMatchObject({
      code: "state-newer",
      message: expect.stringContaining("format 9"),
    });
  });
});
