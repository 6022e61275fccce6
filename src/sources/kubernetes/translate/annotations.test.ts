/** Both prefixes are read, and lists are split as ExternalDNS splits them. */
import { expect, test } from "vitest";
import { annotationPrefixes, otherController, readAnnotations } from "./annotations.ts";
import { readFields } from "./fields.ts";

const [newer, older] = annotationPrefixes;
const read = (annotations: unknown) => readAnnotations(readFields({ annotations }));

test("the newer prefix wins where both are set, key by key", () => {
  const both = read({ [`${newer}target`]: "new.io", [`${older}target`]: "old.io", [`${older}hostname`]: "h.io" });
  expect(both.value("target")).toBe("new.io");
  expect(both.value("hostname")).toBe("h.io");
  expect(both.value("access")).toBeUndefined();
});

test("an empty value under the newer prefix wins too", () => {
  expect(read({ [`${newer}target`]: "", [`${older}target`]: "old.io" }).list("target")).toEqual([]);
});

test.each([
  ["a.io", ["a.io"]],
  [" a . io , b.io,", ["a.io", "b.io"]],
  ["\ta.io\n", ["a.io"]],
  [", ,", []],
  ["", []],
])("the list %j", (text, items) => {
  expect(read({ [`${older}target`]: text }).list("target")).toEqual(items);
});

test.each([undefined, null, 5, "text", [], { [`${older}target`]: 5 }, { [`${older}target`]: null }])(
  "no annotations in %j",
  (annotations) => {
    expect(read(annotations).value("target")).toBeUndefined();
  },
);

test.each([
  [{}, undefined],
  [{ [`${older}controller`]: "dns-controller" }, undefined],
  [
    { [`${older}controller`]: "mine" },
    'Its annotation controller is "mine", so its names are left to that controller.',
  ],
  [{ [`${newer}controller`]: "" }, 'Its annotation controller is "", so its names are left to that controller.'],
])("the controller of %j", (annotations, other) => {
  expect(otherController(read(annotations))).toBe(other);
});
