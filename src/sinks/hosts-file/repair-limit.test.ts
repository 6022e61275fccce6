/** Counts how often a fight over the block is fought. */
import { expect, test } from "vitest";
import { RepairLimit } from "./repair-limit.ts";

/** How many repairs are made in a second, when one is asked for every 100 ms from `start` on. */
function repairsIn(limit: RepairLimit, start: number, seconds: number): number {
  let count = 0;
  for (let now = start; now < start + seconds * 1000; now += 100) {
    if (!limit.allows(now)) continue;
    limit.repaired(now);
    count += 1;
  }
  return count;
}

test("ten repairs in ten seconds, then one a minute for as long as it lasts", () => {
  const limit = new RepairLimit();
  expect(repairsIn(limit, 0, 10)).toBe(10);
  expect(repairsIn(limit, 10_000, 50)).toBe(0);
  expect(repairsIn(limit, 60_000, 60)).toBe(1);
  expect(repairsIn(limit, 120_000, 300)).toBe(5);
});

test("two minutes of peace end it", () => {
  const limit = new RepairLimit();
  expect(repairsIn(limit, 0, 30)).toBe(10);
  expect(repairsIn(limit, 200_000, 1)).toBe(10);
});

test("a repair now and then is not a fight", () => {
  const limit = new RepairLimit();
  for (let now = 0; now < 100_000; now += 2_000) {
    expect(limit.allows(now)).toBe(true);
    limit.repaired(now);
  }
});
