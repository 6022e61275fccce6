/** A key is read as CoreDNS reads it: what a question can ask for, and nothing else. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDNSName } from "./name.ts";
import { labelsOf, nameOf, nodePrefix, usualPath } from "./skydns-key.ts";

test("a name and its keys", () => {
  expect(nodePrefix("/skydns", "foo.dtk.io")).toBe("/skydns/io/dtk/foo/");
  expect(labelsOf("/skydns", "/skydns/io/dtk/foo/1a2b")).toEqual(["io", "dtk", "foo", "1a2b"]);
  expect(nameOf(["io", "dtk", "foo"])).toBe("foo.dtk.io");
});

test.each([
  ["another path", "/other/io/dtk"],
  ["the path alone", "/skydns"],
  ["no label", "/skydns/"],
  ["an empty label", "/skydns/io//dtk"],
  ["an end without a label", "/skydns/io/dtk/"],
  ["a dot in a label", "/skydns/io/a.b"],
  ["an upper-case letter", "/skydns/io/Dtk"],
  ["a space", "/skydns/io/d tk"],
  ["a label that is too long", `/skydns/io/${"a".repeat(64)}`],
])("%s is no place for a name", (_, key) => {
  expect(labelsOf(usualPath, key)).toBeUndefined();
});

test("every label is judged as a name of one label is, however plain the others are", () => {
  const label = fc.oneof(
    fc.constantFrom("io", "dtk", "*", "_tcp", "a-b", "ü", "A", "a.b", "", "#", "x".repeat(63), "x".repeat(64)),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 8 }), (parts) => {
      const labels = parts.join("/").split("/");
      const isPlace = labels.every(
        (each) => !each.includes(".") && each === each.toLowerCase() && parseDNSName(each) !== undefined,
      );
      expect(labelsOf(usualPath, `${usualPath}/${parts.join("/")}`)).toEqual(isPlace ? labels : undefined);
    }),
  );
});
