/** What comes back of a canary, and which programs ask somebody else. */
import { expect, test } from "vitest";
import { resolvedOf, resolverFactsOf } from "../../../test/support/resolver-parts.ts";
import { delegate } from "../../platform/resolver/delegate.ts";
import { judgeCanary, judgeServers } from "./resolver-asks.ts";

const canary = { name: "doctor-1.apps.dtk.io", addresses: ["10.0.0.1"] };
const facts = resolverFactsOf({ resolved: resolvedOf() });

test.each([
  ["as the server has it", ["10.0.0.1"], "ok", ""],
  ["not at all", [], "problem", "does not resolve"],
  ["elsewhere", ["10.9.9.9"], "problem", "resolves to 10.9.9.9"],
])("a canary that resolves %s: %s", (_, found, grade, words) => {
  expect(judgeCanary(canary, found)).toMatchObject({ grade, message: expect.stringContaining(words) });
});

test("a server beside resolved's own is asked by programs that read resolv.conf", () => {
  const look = { way: delegate, facts };
  expect(judgeServers(look, ["127.0.0.53"])).toEqual([]);
  expect(judgeServers(look, ["127.0.0.53", "10.0.0.1"])).toMatchObject([
    { grade: "warning", code: "resolver-bypassed", message: expect.stringContaining("names 10.0.0.1 beside") },
  ]);
  expect(judgeServers({ ...look, facts: { ...facts, resolved: undefined } }, ["10.0.0.1"])).toEqual([]);
});
