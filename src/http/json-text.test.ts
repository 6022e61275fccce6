import { expect, test } from "vitest";
import { jsonText } from "./json-text.ts";

test("a value is written as JSON", () => {
  expect(jsonText({ a: [1, null] })).toBe('{"a":[1,null]}');
});

test("a value of any depth has a text", () => {
  expect(jsonText(JSON.parse("[".repeat(200_000) + "]".repeat(200_000)))).toBe("(nested too deeply)");
});

test("what cannot be JSON for another reason is a bug", () => {
  expect(() => jsonText(1n)).toThrow(TypeError);
});
