/** Fields of any foreign value are read without a throw, and what an object has from its prototype is not a field. */
import { expect, test } from "vitest";
import { readFields } from "./fields.ts";

test.each(["constructor", "__proto__", "toString", "hasOwnProperty"])("%s is not a field", (key) => {
  const complaints: string[] = [];
  const fields = readFields({}, (complaint) => complaints.push(complaint));
  expect(fields.has(key)).toBe(false);
  expect(fields.text(key)).toBe("");
  expect(fields.object(key).has("name")).toBe(false);
  expect(complaints).toEqual([]);
});

test("null is absent everywhere", () => {
  const complaints: string[] = [];
  const fields = readFields({ a: null }, (complaint) => complaints.push(complaint));
  const read = [
    fields.text("a"),
    fields.number("a"),
    fields.has("a"),
    fields.isTrue("a"),
    fields.objects("a"),
    fields.texts("a"),
  ];
  expect(read).toEqual(["", undefined, false, false, [], []]);
  expect(fields.textMap("a")).toEqual(new Map());
  expect(complaints).toEqual([]);
});

test("each field of the wrong type is named once, with its place and both types", () => {
  const complaints: string[] = [];
  const fields = readFields({ spec: { list: [5, null, {}], map: { a: [], b: "x" } } }, (complaint) =>
    complaints.push(complaint),
  );
  const spec = fields.object("spec");
  expect(spec.texts("list")).toEqual([]);
  expect(spec.textMap("map")).toEqual(new Map([["b", "x"]]));
  expect(spec.number("list")).toBeUndefined();
  expect(spec.isTrue("map")).toBe(false);
  expect(complaints).toEqual([
    "spec.list[0] is a number, it has to be a text.",
    "spec.list[1] is null, it has to be a text.",
    "spec.list[2] is an object, it has to be a text.",
    "spec.map.a is a list, it has to be a text.",
    "spec.list is a list, it has to be a number.",
    "spec.map is an object, it has to be true or false.",
  ]);
});
