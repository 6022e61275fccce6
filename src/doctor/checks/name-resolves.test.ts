/** What a name resolved to is held against what the hosts file shows. */
import { expect, test } from "vitest";
import { judgeAnswer } from "./name-resolves.ts";

const plain = { isNscdRunning: false, resolved: { isRunning: false, readsHosts: true } };
const given = { name: "a.test", shown: ["10.0.0.1", "fd00::1"], found: ["10.0.0.1"], resolver: plain };

test.each([
  { found: ["10.0.0.1"], grade: "ok" },
  { found: ["fd00::1", "10.0.0.1"], grade: "ok" },
  { found: [], grade: "problem", code: "name-unresolved" },
  { found: ["192.0.2.1", "10.0.0.1"], grade: "problem", code: "name-resolves-elsewhere" },
])("$found is $grade", ({ found, ...wanted }) => expect(judgeAnswer({ ...given, found })).toMatchObject(wanted));

test("where a cache runs, emptying it comes first", () => {
  const resolver = { isNscdRunning: true, resolved: { isRunning: true, readsHosts: true } };
  expect(judgeAnswer({ ...given, found: [], resolver })).toMatchObject({
    hint: "A cache may have an old answer:",
    command: "sudo nscd -i hosts && sudo resolvectl flush-caches",
    fix: {
      commands: [
        ["nscd", "-i", "hosts"],
        ["resolvectl", "flush-caches"],
      ],
    },
  });
});
