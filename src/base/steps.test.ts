/** Work in steps gives what the same work gives without a pause, and pauses often enough. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { finish, forEachInSteps, sortInSteps } from "./steps.ts";

test("items are sorted as the platform sorts them, equal ones in their order", () => {
  const items = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer()), { maxLength: 200 });
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 60 }), (some, times) => {
      const many = Array.from({ length: times }, () => some).flat();
      const sorted = finish(sortInSteps(many, (left, right) => left[0] < right[0]));
      expect(sorted).toEqual(many.toSorted((left, right) => left[0] - right[0]));
    }),
  );
});

test("what is sorted already is given back", () => {
  const items = Array.from({ length: 5000 }, (_, index) => index);
  expect(finish(sortInSteps(items, (left, right) => left < right))).toBe(items);
});

test("no step is longer than a bounded number of comparisons or items", () => {
  let [since, most] = [0, 0];
  const isBefore = (left: number, right: number): boolean => {
    since += 1;
    return left < right;
  };
  const items = Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 100_003);
  const steps = sortInSteps(items, isBefore);
  while (steps.next().done !== true) [since, most] = [0, Math.max(most, since)];
  expect(most).toBeLessThan(60_000);
  const seen: number[] = [];
  const walk = forEachInSteps(items.slice(0, 100), (item) => seen.push(item));
  walk.next();
  expect(seen.length).toBeLessThan(20);
  finish(walk);
  expect(seen).toEqual(items.slice(0, 100));
});
