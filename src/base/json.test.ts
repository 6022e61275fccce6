/** What is not JSON is a value, not an error. */
import { expect, test } from "vitest";
import { parseJSON } from "./json.ts";

test.each([
  ['{"a":1}', { a: 1 }],
  ["null", null],
  ["", undefined],
  ["{", undefined],
  ["<html>", undefined],
])("%j", (text, value) => {
  expect(parseJSON(text)).toEqual(value);
});
