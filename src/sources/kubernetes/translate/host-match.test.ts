/** The common host of a listener and a route is the more specific one; the order does not count. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { matchHosts } from "./host-match.ts";

test.each([
  ["", "", ""],
  ["", "Foo.dtk.io", "foo.dtk.io"],
  ["FOO.dtk.io", "foo.dtk.io", "foo.dtk.io"],
  ["*.dtk.io", "foo.dtk.io", "foo.dtk.io"],
  ["*.dtk.io", "a.b.dtk.io", "a.b.dtk.io"],
  ["*.dtk.io", "*.b.dtk.io", "*.b.dtk.io"],
  ["*.dtk.io", "*.dtk.io", "*.dtk.io"],
  ["*.dtk.io", "x.dtk.io", "x.dtk.io"],
  ["", "foo.dtk.io.", "foo.dtk.io."],
  ["*.dtk.io", "dtk.io", undefined],
  ["*.dtk.io", "evildtk.io", undefined],
  ["foo.dtk.io", "bar.dtk.io", undefined],
  ["dtk.io", "foo.dtk.io", undefined],
  ["", "192.0.2.1", undefined],
  ["", "2001:db8::1", undefined],
  ["", "under_score.dtk.io", undefined],
  ["", "-foo.dtk.io", undefined],
  ["", "foo..dtk.io", undefined],
  ["", "a.*.dtk.io", undefined],
  ["", "*.", undefined],
  ["", `${"a".repeat(64)}.dtk.io`, undefined],
  ["", `${"a".repeat(63)}.dtk.io`, `${"a".repeat(63)}.dtk.io`],
  ["*.dtk.io", "foo.dtk.io.", undefined],
])("%j and %j have %j", (left, right, common) => {
  expect(matchHosts(left, right)).toBe(common);
  expect(matchHosts(right, left)).toBe(common);
});

test("any text is answered", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (left, right) => {
      const possible = [undefined, left.toLowerCase(), right.toLowerCase()];
      expect(possible).toContain(matchHosts(left, right));
    }),
  );
});
