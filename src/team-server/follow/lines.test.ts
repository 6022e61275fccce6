import fc from "fast-check";
import { expect, test } from "vitest";
import { lineMost, lineSchema } from "../../contract/follow.ts";
import type { ManagedDomain } from "../../records/managed-domain.ts";
import { Audience, textOfEntries, textOfPages, textOfPosition } from "./lines.ts";

const all = new Audience([]);
const dev = new Audience(["dev.example.com" as ManagedDomain]);
const position = (revision: bigint) => ({ cluster: "1", revision: String(revision), term: "2" });
const read = (text: string) =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => lineSchema.parse(JSON.parse(line)));

test("each revision ends with its position, and what others alone may hear is left out", () => {
  const entries = [
    {
      revision: 5n,
      changes: [
        { key: "/com/example/dev/a/hfs4", value: "{}" },
        { key: "/com/example/qa/b/hfs4", value: "{}" },
      ],
    },
    { revision: 7n, changes: [{ key: "/com/example/qa/b/hfs4", value: undefined }] },
  ];
  expect(read(textOfEntries(entries, dev, position))).toEqual([
    { set: [["/com/example/dev/a/hfs4", "{}"]], position: position(5n) },
    { position: position(7n) },
  ]);
  expect(read(textOfEntries(entries, all, position))[1]).toEqual({
    unset: ["/com/example/qa/b/hfs4"],
    position: position(7n),
  });
  expect(dev.hears("/com/example/develop/a/hfs4")).toBe(false);
  expect(textOfPosition()).toBe("{}\n");
});

test("what JSON writes with six characters makes no line too long", () => {
  const changes = Array.from({ length: 40 }, (_, index) => ({ key: `/k${index}`, value: "\u0001".repeat(16_000) }));
  const text = textOfEntries([{ revision: 9n, changes }], all, position);
  expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(lineMost);
  expect(read(text).flatMap(({ set = [] }) => set)).toHaveLength(40);
});

test("no line is longer than a reader takes, and nothing is left out by cutting", () => {
  const change = fc.record({
    key: fc.string({ unit: "binary", maxLength: 500 }).map((text) => `/${text}`),
    value: fc.string({ unit: "binary", maxLength: 16_000 }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const text = textOfEntries([{ revision: 9n, changes }], all, position);
      expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(lineMost);
      const lines = read(text);
      const told = lines.flatMap(({ set = [] }) => set);
      expect(told).toEqual(JSON.parse(JSON.stringify(changes.map(({ key, value }) => [key, value]))));
      expect(lines.map((line) => line.position !== undefined)).toEqual(
        lines.map((_, index) => index === lines.length - 1),
      );
      expect(read([...textOfPages(changes)].join("")).flatMap(({ set = [] }) => set)).toHaveLength(changes.length);
    }),
    { numRuns: 30 },
  );
});
