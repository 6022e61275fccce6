/** The command of a hint is found, and words are left words. */
import { expect, test } from "vitest";
import { splitHint } from "./trouble.ts";

test.each([
  ["Run: kubectl get pods -A", "Run:", "kubectl get pods -A"],
  ["Add one: curl -d dtk.io http://localhost:5000/domains", "Add one:", "curl -d dtk.io http://localhost:5000/domains"],
  [
    "Put it back, or start afresh: hostsfile-server recover",
    "Put it back, or start afresh:",
    "hostsfile-server recover",
  ],
  ["Stop it: `sudo kill 7`. It is tried again.", undefined, undefined],
  ["Forget some: hostsfile-server status lists them.", undefined, undefined],
  ["Make room.", undefined, undefined],
])("the hint %j has the command %j", (hint, words = hint, command?) => {
  expect(splitHint(hint)).toEqual({ words, command });
});
