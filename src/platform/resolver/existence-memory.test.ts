/** What was found for sure comes back; anything else in the file's place is as if it were not there. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { keepExistences, recallExistences } from "./existence-memory.ts";

test("what nobody could say is not kept", async () => {
  using folder = temporaryFolder();
  const found = new Map([["a.io", "public"] as const, ["b.io", "private"] as const, ["c.io", "unknown"] as const]);
  await keepExistences(folder.path, found);
  expect(await recallExistences(folder.path)).toEqual(new Map([...found].slice(0, 2)));
  expect(readdirSync(folder.path)).toEqual(["resolver-domains.json"]);
});

test.each(["", "{", '{"a.io":"perhaps"}', "[1]"])("a file that holds %j says nothing", async (text) => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "resolver-domains.json"), text);
  expect(await recallExistences(folder.path)).toEqual(new Map());
});

test("a folder that is not there is no trouble", async () => {
  using folder = temporaryFolder();
  const gone = join(folder.path, "gone");
  expect(await recallExistences(gone)).toEqual(new Map());
  await keepExistences(gone, new Map([["a.io", "public"]]));
  expect(readdirSync(folder.path)).toEqual([]);
});
