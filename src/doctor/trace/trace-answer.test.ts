/** Each way in which a name is answered, or kept from it. */
import { expect, test } from "vitest";
import type { AnsweringName } from "../../contract/answering.ts";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { judgeAnswering, lookForAnswering, ownerOf } from "./trace-answer.ts";

const base: AnsweringName = {
  zone: "dtk.io",
  kind: "wildcard",
  owner: "*.apps.dtk.io",
  encloser: "apps.dtk.io",
  hidden: null,
  cluster: "default",
  addresses: ["10.0.0.1"],
  types: [],
};
const name = "foo.apps.dtk.io";

test.each([
  ["itself", { owner: name }, "ok", "foo.apps.dtk.io itself answers in the zone dtk.io."],
  ["wildcard", {}, "ok", "The wildcard *.apps.dtk.io of default answers for foo.apps.dtk.io in the zone dtk.io."],
  [
    "hidden",
    { hidden: "*.dtk.io" },
    "problem",
    "*.dtk.io does not cover foo.apps.dtk.io, since apps.dtk.io exists (RFC 4592).",
  ],
  ["between", { owner: name }, "problem", expect.stringContaining("empty non-terminal")],
  ["between", { owner: name, zone: name }, "ok", expect.stringContaining("is a managed domain")],
  ["unshown", {}, "ok", expect.stringContaining("is stored")],
  ["missing", { owner: null }, "ok", expect.stringContaining("nothing answers for it yet")],
] as const)("%s", (kind, given, grade, message) => {
  expect(judgeAnswering(name, { ...base, kind, ...given })).toMatchObject({ grade, message });
});

test("what the server answers is read; where it says nothing, the name stands for itself", async () => {
  const look = lookForAnswering(name);
  const at = (ask: (path: string) => Promise<string | undefined>) => ownerOf(bareDesktop({ ask }), look, name);
  expect(await at(async (path) => (path === `/zones/${name}` ? JSON.stringify(base) : undefined))).toBe(base.owner);
  expect(await at(async () => JSON.stringify({ zone: null }))).toBe(name);
  expect(await at(async () => "no JSON")).toBe(name);
  expect(await at(() => Promise.reject(new Error("404")))).toBe(name);
});
