/** However many record types are stored, few are counted. */
import { expect, test } from "vitest";
import { countKnownTypes } from "./record-type.ts";

test("known types are counted, and the rest together", () => {
  const many = Array.from({ length: 100_000 }, (_, index) => [`X${index}`, 2] as const);
  expect(countKnownTypes([["A", 3], ["TXT", 4], ...many])).toEqual(
    new Map([
      ["A", 3],
      ["TXT", 4],
      ["other", 200_000],
    ]),
  );
});
