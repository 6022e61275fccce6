/** The pace of what comes, by a clock of its own. */
import { expect, test } from "vitest";
import { Pace } from "./pace.ts";

test("is unknown in the first second, and right from then on", () => {
  const pace = new Pace(0);
  for (let at = 0; at < 1000; at += 100) pace.add(100, at);
  expect(pace.perSecond(900)).toBeUndefined();
  expect(pace.perSecond(1000)).toBe(1000);
  for (let at = 1000; at < 1500; at += 100) pace.add(100, at);
  expect(pace.perSecond(1500)).toBe(1000);
});

test("falls when nothing comes, and is zero after two seconds", () => {
  const pace = new Pace(0);
  pace.add(1_000_000, 0);
  expect(pace.perSecond(1000)).toBe(1_000_000);
  expect(pace.perSecond(1900)).toBeLessThan(1_000_000);
  expect(pace.perSecond(2000)).toBe(0);
});

test("begins anew", () => {
  const pace = new Pace(0);
  pace.restart(5000);
  expect(pace.perSecond(5900)).toBeUndefined();
  expect(pace.perSecond(6000)).toBe(0);
});
