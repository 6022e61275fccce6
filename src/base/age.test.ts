/** How long ago something was, in the largest whole unit. */
import { expect, test } from "vitest";
import { formatAge } from "./age.ts";

const now = Date.parse("2026-01-10T00:00:00Z");

test.each([
  ["2026-01-10T00:00:05Z", "0 s"],
  ["2026-01-10T00:00:00Z", "0 s"],
  ["2026-01-09T23:59:00.500Z", "59 s"],
  ["2026-01-09T23:59:00Z", "1 min"],
  ["2026-01-09T23:00:01Z", "59 min"],
  ["2026-01-09T00:00:01Z", "23 h"],
  ["2026-01-01T00:00:00Z", "9 d"],
])("%s is %s ago", (moment, age) => {
  expect(formatAge(moment, now)).toBe(age);
});
