/** What kept the server from writing is a problem with the server's own words. */
import { expect, test } from "vitest";
import { judgeInStep } from "./hosts-file-in-step.ts";

const sink = {
  name: "hosts file",
  ok: true,
  lastWrittenAt: null,
  method: null,
  conflicts: { total: 0, list: [] },
  trouble: null,
};
const trouble = { code: "hosts-file-busy", message: "It is edited all the time.", hint: "Find out who." };

test("all written", () => {
  expect(judgeInStep({ sinks: [sink], names: { total: 1, list: [] } })).toEqual([
    { grade: "ok", message: "The server has written all it wants: 1 name." },
  ]);
});

test("not written", () => {
  expect(judgeInStep({ sinks: [{ ...sink, ok: false, trouble }], names: { total: 0, list: [] } })).toEqual([
    { grade: "problem", ...trouble },
  ]);
});

test("of several sinks each is judged, by its name", () => {
  const zone = { ...sink, name: "DNS zone", shown: 2, trouble };
  expect(judgeInStep({ sinks: [{ ...sink, shown: 1 }, zone], names: { total: 2, list: [] } })).toEqual([
    { grade: "ok", message: "The hosts file has all that it can show: 1 name." },
    { grade: "problem", ...trouble, message: "DNS zone: It is edited all the time." },
  ]);
});
