/** What is written into a file that was moved or removed is lost, so that has to be seen. */
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { Place } from "./place.ts";

/** Two files in a folder, as a database and its log lie. */
function scene() {
  const scratch = temporaryFolder();
  const folder = join(scratch.path, "state");
  mkdirSync(folder);
  const [database, log] = [join(folder, "records.sqlite"), join(folder, "records.sqlite-wal")];
  for (const path of [database, log]) writeFileSync(path, "");
  return { folder, database, log, [Symbol.dispose]: () => scratch[Symbol.dispose]() };
}

test("what is written into the files changes nothing", () => {
  using here = scene();
  const place = new Place([here.database, here.log]);
  writeFileSync(here.database, "more");
  expect(place.isIntact()).toBe(true);
});

test.each<[string, (here: ReturnType<typeof scene>) => void]>([
  ["the folder was moved", ({ folder }) => renameSync(folder, `${folder}.away`)],
  ["the folder was removed", ({ folder }) => rmSync(folder, { recursive: true })],
  ["the database was removed", ({ database }) => rmSync(database)],
  ["the log was removed", ({ log }) => rmSync(log)],
  [
    "a copy was put in its place",
    ({ database }) => {
      copyFileSync(database, `${database}.copy`);
      renameSync(`${database}.copy`, database);
    },
  ],
])("%s: it is not intact, and is so again only with the same files", (_, lose) => {
  using here = scene();
  const place = new Place([here.database, here.log]);
  lose(here);
  expect(place.isIntact()).toBe(false);
});

test("moved there and back it is intact", () => {
  using here = scene();
  const place = new Place([here.database, here.log]);
  renameSync(here.folder, `${here.folder}.away`);
  expect(place.isIntact()).toBe(false);
  renameSync(`${here.folder}.away`, here.folder);
  expect(place.isIntact()).toBe(true);
});

test("a file that was not there must not come into being", () => {
  using here = scene();
  rmSync(here.log);
  const place = new Place([here.database, here.log]);
  expect(place.isIntact()).toBe(true);
  writeFileSync(here.log, "");
  expect(place.isIntact()).toBe(false);
});
