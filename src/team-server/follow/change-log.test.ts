import { expect, test } from "vitest";
import { ChangeLog, type LogEntry } from "./change-log.ts";

const entry = (revision: number, value = "x"): LogEntry => ({
  revision: BigInt(revision),
  changes: [{ key: `/k${revision}`, value }],
});
const revisions = (entries: readonly LogEntry[] | undefined): readonly number[] | undefined =>
  entries?.map(({ revision }) => Number(revision));

test("what is kept is found from any position on, and what is not is said", () => {
  const log = new ChangeLog(10n);
  for (const revision of [12, 15, 15, 13, 20]) log.add(entry(revision));
  expect(revisions(log.after(10n, 1000))).toEqual([12, 15, 20]);
  expect(revisions(log.after(12n, 1000))).toEqual([15, 20]);
  expect(revisions(log.after(14n, 1000))).toEqual([15, 20]);
  expect(revisions(log.after(20n, 1000))).toEqual([]);
  expect(revisions(log.after(99n, 1000))).toEqual([]);
  expect(log.after(9n, 1000)).toBeUndefined();
  expect(revisions(log.after(10n, 1))).toEqual([12]);
  expect(log.last).toBe(20n);
});

test("the oldest goes when there are too many, and the floor rises with it", () => {
  const log = new ChangeLog(0n, { changes: 5, characters: 1_000_000 });
  for (let revision = 1; revision <= 5000; revision += 1) log.add(entry(revision));
  expect(log.floor).toBe(4995n);
  expect(log.after(4994n, 1000)).toBeUndefined();
  expect(revisions(log.after(4995n, 1000))).toEqual([4996, 4997, 4998, 4999, 5000]);
});

test("long values count by their length", () => {
  const log = new ChangeLog(0n, { changes: 1000, characters: 250 });
  for (let revision = 1; revision <= 10; revision += 1) log.add(entry(revision, "x".repeat(100)));
  expect(revisions(log.after(log.floor, 1000))).toEqual([9, 10]);
  log.add(entry(11, "x".repeat(1000)));
  expect(log.floor).toBe(11n);
  expect(revisions(log.after(11n, 1000))).toEqual([]);
  expect(log.last).toBe(11n);
});
