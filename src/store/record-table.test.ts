/** The table of records against a map that does the same, and its three ways of listing against each other. */
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClusterName, defaultCluster } from "../records/cluster.ts";
import type { RecordKey } from "../records/endpoint.ts";
import { type ClusterFeed, externalDNSFeed, watchFeed } from "../records/feed.ts";
import { finish } from "../base/steps.ts";
import { RecordTable } from "./record-table.ts";
import { createTables } from "./schema.ts";

function open() {
  const database = new DatabaseSync(":memory:");
  database.exec(createTables);
  const table = new RecordTable((sql) => database.prepare(sql));
  return { table, [Symbol.dispose]: () => database.close() };
}

const kind = "kind-a" as ClusterName;
const ofDefault: ClusterFeed = { cluster: defaultCluster, feed: externalDNSFeed };
const ofWatch: ClusterFeed = { cluster: defaultCluster, feed: watchFeed };
const ofKind: ClusterFeed = { cluster: kind, feed: externalDNSFeed };

function keyOf(name: string, type = "A", setIdentifier = ""): RecordKey {
  return { name, type, setIdentifier };
}

function put(table: RecordTable, of: ClusterFeed, key: RecordKey, endpoint: string, now = 0): boolean {
  return table.insert(of, key, { sequence: 1, endpoint, now, generation: 1 });
}

/** A feed's endpoints, in each of the ways in which the table gives them. */
function lists(table: RecordTable, of: ClusterFeed): readonly string[] {
  return [table.list(of), finish(table.listInSteps(of)).join(""), [...table.pieces(of)].join("")];
}

const ofs = [ofDefault, ofWatch, ofKind];
const keys = fc.record({
  of: fc.constantFrom(...ofs),
  key: fc.record({
    name: fc.constantFrom("a.dtk.io", "b.dtk.io", "bücher.io", "%_'\"\\.io"),
    type: fc.constantFrom("A", "TXT"),
    setIdentifier: fc.constantFrom("", "one"),
  }),
});
const endpoints = fc.constantFrom('{"a":1}', '{"targets":["192.0.2.1"]}', '{"u":"ü €"}');
const changes = fc.oneof(
  fc.record({ kind: fc.constant("insert" as const), at: keys, endpoint: endpoints }),
  fc.record({ kind: fc.constant("update" as const), at: keys, endpoint: endpoints }),
  fc.record({ kind: fc.constant("remove" as const), at: keys, endpoint: endpoints }),
);

test("any changes leave in it what they leave in a map, and each says the same of what it did", () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 40 }), (all) => {
      using here = open();
      const { table } = here;
      const model = new Map<string, string>();
      for (const { kind: what, at, endpoint } of all) {
        const id = JSON.stringify(at);
        const before = model.get(id);
        const bytes = before === undefined ? undefined : Buffer.byteLength(before);
        expect(table.bytesOf(at.of, at.key)).toBe(bytes);
        if (what === "insert") {
          expect(put(table, at.of, at.key, endpoint)).toBe(before === undefined);
          if (before === undefined) model.set(id, endpoint);
        } else if (what === "update") {
          const isChange = before !== undefined && before !== endpoint;
          expect(table.update(at.of, at.key, { endpoint, generation: 2 })).toBe(isChange);
          if (isChange) model.set(id, endpoint);
        } else {
          expect(table.remove(at.of, at.key)).toBe(bytes);
          model.delete(id);
        }
      }
      expect(table.count()).toBe(model.size);
      for (const of of ofs) {
        const kept = [...model].filter(([id]) => JSON.stringify(JSON.parse(id).of) === JSON.stringify(of));
        const [list = ""] = lists(table, of);
        expect(lists(table, of)).toEqual([list, list, list]);
        expect((JSON.parse(list) as object[]).map((each) => JSON.stringify(each)).toSorted()).toEqual(
          kept.map(([, endpoint]) => endpoint).toSorted(),
        );
        expect(table.hasSome(of)).toBe(kept.length > 0);
      }
    }),
    { numRuns: 50 },
  );
});

describe("a list", () => {
  test("of nothing is an empty array", () => {
    using here = open();
    expect(lists(here.table, ofDefault)).toEqual(["[]", "[]", "[]"]);
  });

  test("that is long comes in pieces, which together are the same", () => {
    using here = open();
    const { table } = here;
    const text = JSON.stringify({ text: "x".repeat(400_000) });
    for (let index = 0; index < 8; index += 1) put(table, ofDefault, keyOf(`n${index}.io`), text);
    const whole = table.list(ofDefault);
    const [steps, pieces] = [finish(table.listInSteps(ofDefault)), [...table.pieces(ofDefault)]];
    expect([steps.length, pieces.length].every((count) => count > 1)).toBe(true);
    expect([steps.join("") === whole, pieces.join("") === whole]).toEqual([true, true]);
  });

  test("in pieces goes on where it was, whatever is changed between two of them", () => {
    using here = open();
    const { table } = here;
    const text = JSON.stringify({ text: "x".repeat(1024 * 1024) });
    for (const name of ["b.io", "d.io", "f.io"]) put(table, ofDefault, keyOf(name), text);
    const pieces = table.pieces(ofDefault);
    const first = pieces.next().value ?? "";
    put(table, ofDefault, keyOf("a.io"), '{"is":"before"}');
    put(table, ofDefault, keyOf("e.io"), '{"is":"after"}');
    table.remove(ofDefault, keyOf("d.io"));
    const rest = [...pieces].join("");
    const listed = JSON.parse(first + rest) as readonly { readonly is?: string }[];
    expect(listed.map(({ is = "large" }) => is)).toEqual(["large", "after", "large"]);
  });
});

describe("counts", () => {
  test("are of one cluster, with the records of all its feeds, by type", () => {
    using here = open();
    const { table } = here;
    put(table, ofDefault, keyOf("a.io"), "{}");
    put(table, ofWatch, keyOf("a.io"), "{}");
    put(table, ofDefault, keyOf("a.io", "TXT"), "{}");
    put(table, ofKind, keyOf("a.io", "AAAA"), "{}");
    expect(table.countByType(defaultCluster)).toEqual(
      new Map([
        ["A", 2],
        ["TXT", 1],
      ]),
    );
    expect(table.countByType("other" as ClusterName)).toEqual(new Map());
    expect(table.count()).toBe(4);
  });
});

describe("when a name was first stored", () => {
  test("is the earliest of its records, whatever the feed, but not of an ownership record or another cluster", () => {
    using here = open();
    const { table } = here;
    put(table, ofDefault, keyOf("a.io"), "{}", 30);
    put(table, ofWatch, keyOf("a.io", "AAAA"), "{}", 20);
    put(table, ofDefault, keyOf("a.io", "TXT"), "{}", 10);
    put(table, ofKind, keyOf("a.io"), "{}", 5);
    expect(table.firstStored(defaultCluster, "a.io")).toBe(20);
    expect(table.firstStored(defaultCluster, "b.io")).toBeUndefined();
  });
});

test("a cluster's records go in parts until none is left, and no other's do", () => {
  using here = open();
  const { table } = here;
  for (let index = 0; index < 1200; index += 1)
    put(table, index % 2 === 0 ? ofDefault : ofWatch, keyOf(`n${index}.io`), "{}");
  put(table, ofKind, keyOf("a.io"), "{}");
  const left: number[] = [];
  while (table.removeSome(defaultCluster)) left.push(table.count());
  expect(left.length).toBeGreaterThan(1);
  expect(left.at(-1)).toBe(1);
  expect(table.hasSome(ofKind)).toBe(true);
});
