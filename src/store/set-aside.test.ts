/** A damaged database is kept with all that belongs to it, and what was kept is found again. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { damagedCopies, databaseName, setAside } from "./set-aside.ts";

const now = Date.UTC(2026, 0, 2, 3, 4, 5);

test("the database goes with its log under one new name, and nothing else goes", () => {
  using folder = temporaryFolder();
  for (const name of [databaseName, `${databaseName}-wal`, "token"]) writeFileSync(join(folder.path, name), name);
  setAside(folder.path, now);
  const copy = `${databaseName}.damaged-2026-01-02T030405.000Z`;
  expect(readdirSync(folder.path).toSorted()).toEqual([copy, `${copy}-wal`, "token"]);
  expect(readFileSync(join(folder.path, `${copy}-wal`), "utf8")).toBe(`${databaseName}-wal`);
});

test("the copies are found without what belongs to them, oldest first", () => {
  using folder = temporaryFolder();
  for (const at of [now + 1000, now]) {
    writeFileSync(join(folder.path, databaseName), "");
    writeFileSync(join(folder.path, `${databaseName}-journal`), "");
    setAside(folder.path, at);
  }
  writeFileSync(join(folder.path, databaseName), "");
  expect(damagedCopies(folder.path)).toEqual(
    ["05", "06"].map((seconds) => join(folder.path, `${databaseName}.damaged-2026-01-02T0304${seconds}.000Z`)),
  );
});

test("where nothing is, nothing goes", () => {
  using folder = temporaryFolder();
  setAside(folder.path, now);
  expect([readdirSync(folder.path), damagedCopies(folder.path)]).toEqual([[], []]);
});
