/** Proves that numbers in messages are written as people write them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { counted, formatCount } from "./words.ts";

test("writes a comma between thousands, as the locale en does", () => {
  fc.assert(
    fc.property(fc.oneof(fc.nat(), fc.maxSafeNat(), fc.nat(2_000)), (count) => {
      expect(formatCount(count)).toBe(count.toLocaleString("en"));
    }),
  );
});

test.each([
  [0, "0 names"],
  [1, "1 name"],
  [999, "999 names"],
  [1_234_567, "1,234,567 names"],
])("%d gives %s", (count, text) => {
  expect(counted(count, "name")).toBe(text);
});
