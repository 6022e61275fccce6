/** Holds the list of checks to the contract: what a check needs comes before it, and every name is good for a reader. */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { checks } from "./checks.ts";

const ids = checks.map(({ id }) => id);

test("each check has an id and a title of its own", () => {
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(checks.map(({ title }) => title)).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z]+(?:-[a-z]+)*$/.test(id))).toEqual([]);
});

test.each(checks)("$id: what it needs comes before it", ({ id, needs }) => {
  expect(needs.filter((need) => !ids.slice(0, ids.indexOf(id)).includes(need))).toEqual([]);
});

test("every file of a check is in the list, and has its test beside it", () => {
  const files = readdirSync("src/doctor/checks");
  const sources = files.filter((name) => !name.endsWith(".test.ts")).map((name) => name.replace(/\.ts$/, ""));
  expect(ids.filter((id) => !sources.includes(id))).toEqual([]);
  expect(sources.filter((name) => !files.includes(`${name}.test.ts`))).toEqual([]);
});
