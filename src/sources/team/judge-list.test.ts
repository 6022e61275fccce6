/** A store that lost its names never empties the hosts file unnoticed. */
import { expect, test } from "vitest";
import { judgeList } from "./judge-list.ts";

const here = { cluster: "1", revision: "100", term: "2" };
const earlier = { cluster: "1", revision: "3", term: "2" };
const elsewhere = { cluster: "2", revision: "5", term: "2" };

test.each([
  ["the first list", undefined, { position: here, names: 0, kept: 0 }, "take"],
  ["the same names", { position: here, names: 100 }, { position: here, names: 100, kept: 100 }, "take"],
  ["half of them", { position: here, names: 100 }, { position: here, names: 50, kept: 50 }, "take"],
  ["less than half", { position: here, names: 100 }, { position: here, names: 49, kept: 49 }, "take-and-keep"],
  ["as many, but others", { position: here, names: 100 }, { position: here, names: 100, kept: 10 }, "take-and-keep"],
  ["none of many", { position: here, names: 100 }, { position: here, names: 0, kept: 0 }, "take-and-keep"],
  ["none of few", { position: here, names: 20 }, { position: here, names: 0, kept: 0 }, "take"],
  [
    "none of few in another cluster",
    { position: here, names: 1 },
    { position: elsewhere, names: 0, kept: 0 },
    "refuse",
  ],
  ["the same in another cluster", { position: here, names: 5 }, { position: elsewhere, names: 6, kept: 5 }, "take"],
  [
    "other names in another cluster",
    { position: here, names: 5 },
    { position: elsewhere, names: 9, kept: 0 },
    "refuse",
  ],
  ["none of few at an earlier time", { position: here, names: 2 }, { position: earlier, names: 0, kept: 0 }, "refuse"],
  ["half of them at an earlier time", { position: here, names: 2 }, { position: earlier, names: 1, kept: 1 }, "take"],
  ["another cluster after nothing", { position: here, names: 0 }, { position: elsewhere, names: 9, kept: 0 }, "take"],
] as const)("%s", (_, before, now, verdict) => {
  expect(judgeList(before, now)).toBe(verdict);
});
