/** A diff shows what comes and goes, and nothing when nothing changes. */
import { expect, test } from "vitest";
import { renderDiff } from "./diff.ts";

test("a change", () => {
  expect(renderDiff({ name: "values", before: "a\nb\n", after: "a\nc\n" })).toBe(
    "--- values\tnow\n+++ values\tthen\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n",
  );
});

test("something new, and something that goes", () => {
  expect(renderDiff({ name: "values", before: undefined, after: "a\n" })).toMatch(
    /^--- values\tabsent\n[\s\S]*\n\+a\n$/,
  );
  expect(renderDiff({ name: "values", before: "a\n", after: undefined })).toMatch(
    /\n\+\+\+ values\tabsent\n[\s\S]*\n-a\n$/,
  );
});

test("no change", () => {
  expect(renderDiff({ name: "values", before: "a\n", after: "a\n" })).toBe("");
  expect(renderDiff({ name: "values", before: undefined, after: "" })).toBe("");
});
