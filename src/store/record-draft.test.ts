/** A change of records while it is made: what it writes, what finds no room, and what is kept in memory then. */
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { type ClusterName, defaultCluster } from "../records/cluster.ts";
import { type Endpoint, type RecordKey, keyText, recordKey } from "../records/endpoint.ts";
import { externalDNSFeed } from "../records/feed.ts";
import { recordLimits, storeLimits } from "../records/limits.ts";
import { type StoredExcess, type ViewRecord, toViewRecord } from "../records/view-record.ts";
import { RecordDraft, sizeExcess } from "./record-draft.ts";
import { RecordTable } from "./record-table.ts";
import { Room } from "./room.ts";
import { createTables } from "./schema.ts";

const of = { cluster: defaultCluster, feed: externalDNSFeed };
const foo: Endpoint = { dnsName: "foo.dtk.io", recordType: "A", targets: ["192.0.2.1"] };
const bar: Endpoint = { ...foo, dnsName: "bar.dtk.io" };
const owner: Endpoint = { dnsName: "a-foo.dtk.io", recordType: "TXT", targets: ['"heritage=external-dns"'] };

/** A table with these records, in the order in which they came first, and what is in memory of them. */
function open(stored: readonly Endpoint[] = [], excess?: StoredExcess) {
  const database = new DatabaseSync(":memory:");
  database.exec(createTables);
  const table = new RecordTable((sql) => database.prepare(sql));
  const known = new Map<string, ViewRecord | undefined>();
  const room = new Room();
  stored.forEach((endpoint, index) => {
    const json = JSON.stringify(endpoint);
    table.insert(of, recordKey(endpoint), { sequence: index + 1, endpoint: json, now: 0, generation: 1 });
    room.add(of.cluster, { records: 1, bytes: Buffer.byteLength(json) });
    known.set(keyText(recordKey(endpoint)), toViewRecord(endpoint, index + 1, excess));
  });
  const find = (key: RecordKey): ViewRecord | undefined => known.get(keyText(key));
  const draft = new RecordDraft({ table, of, room, sequence: stored.length, now: 1000, find });
  const put = (endpoint: Endpoint): void => draft.putRecord({ key: recordKey(endpoint), endpoint }, 2);
  return { table, room, draft, put, [Symbol.dispose]: () => database.close() };
}

function bytesOf(...endpoints: readonly Endpoint[]): number {
  return endpoints.reduce((sum, endpoint) => sum + Buffer.byteLength(JSON.stringify(endpoint)), 0);
}

test("without a change nothing was done", () => {
  using here = open([foo]);
  expect(here.draft).toMatchObject({ how: "same", sequence: 1, leftOut: [], put: [] });
});

describe("a record that is put", () => {
  test("for the first time is written, counted, and the last in the order of claims", () => {
    using here = open([foo]);
    here.put(bar);
    expect(here.draft).toMatchObject({ how: "marked", sequence: 2, leftOut: [] });
    expect(here.draft.put).toEqual([{ key: recordKey(bar), record: toViewRecord(bar, 2) }]);
    expect(here.room.of(of.cluster)).toEqual({ records: 2, bytes: bytesOf(foo, bar) });
    expect(here.table.list(of)).toBe(`[${JSON.stringify(bar)},${JSON.stringify(foo)}]`);
  });

  test("in the same words is not written again, and keeps its place", () => {
    using here = open([foo, bar]);
    here.put(foo);
    expect(here.draft).toMatchObject({ how: "same", sequence: 2 });
    expect(here.draft.put).toEqual([{ key: recordKey(foo), record: toViewRecord(foo, 1) }]);
  });

  test("in other words is written, and keeps its place; the room follows its size", () => {
    using here = open([foo, bar]);
    const grown = { ...foo, targets: ["192.0.2.1", "192.0.2.2"] };
    here.put(grown);
    expect(here.draft).toMatchObject({ how: "marked", sequence: 2 });
    expect(here.draft.put[0]?.record).toMatchObject({ sequence: 1, targets: grown.targets });
    expect(here.room.of(of.cluster)).toEqual({ records: 2, bytes: bytesOf(grown, bar) });
    here.put(foo);
    expect(here.room.of(of.cluster)).toEqual({ records: 2, bytes: bytesOf(foo, bar) });
  });

  test("of ownership is stored, and takes nothing of the memory", () => {
    using here = open();
    here.put(owner);
    expect(here.draft.put).toEqual([{ key: recordKey(owner), record: undefined }]);
    expect(here.table.count()).toBe(1);
  });

  test("twice in one change is there once, as it was put last", () => {
    using here = open();
    here.put(foo);
    here.put({ ...foo, targets: ["192.0.2.9"] });
    expect(here.draft.sequence).toBe(1);
    expect(here.room.of(of.cluster).records).toBe(1);
    expect(here.table.list(of)).toContain("192.0.2.9");
  });

  test("and is too large for the memory is stored whole, and kept without its targets", () => {
    using here = open();
    const large = { ...foo, targets: Array.from({ length: 6000 }, () => "192.0.2.123") };
    here.put(large);
    expect(here.draft.put[0]?.record).toMatchObject({ excess: "record-too-large", targets: [] });
    expect(here.table.bytesOf(of, recordKey(large))).toBe(bytesOf(large));
  });

  test("of a cluster of which not all is in memory stays as little in there", () => {
    using here = open([foo], "store-full");
    here.put({ ...foo, recordTTL: 60 });
    expect(here.draft.put[0]?.record).toMatchObject({ excess: "store-full", targets: [] });
  });
});

describe("a record that is removed", () => {
  test("goes, and its room is free", () => {
    using here = open([foo, bar]);
    here.draft.removeRecord(recordKey(foo));
    expect(here.draft).toMatchObject({ how: "changed", put: [], leftOut: [] });
    expect(here.room.of(of.cluster)).toEqual({ records: 1, bytes: bytesOf(bar) });
    expect(here.table.list(of)).toBe(`[${JSON.stringify(bar)}]`);
  });

  test("and was not there changes nothing", () => {
    using here = open([foo]);
    here.draft.removeRecord(recordKey(bar));
    expect(here.draft.how).toBe("same");
    expect(here.room.of(of.cluster)).toEqual({ records: 1, bytes: bytesOf(foo) });
  });

  test("before another is put counts as a change that wrote a row", () => {
    using here = open([foo]);
    here.draft.removeRecord(recordKey(foo));
    here.put(bar);
    expect(here.draft.how).toBe("marked");
  });
});

describe("without room", () => {
  const full = { records: storeLimits.recordsPerCluster - 1, bytes: 0 };

  test("a new record is left out and named, and one that is there may change", () => {
    using here = open([foo]);
    here.room.add(of.cluster, full);
    here.put(bar);
    here.put({ ...foo, recordTTL: 60 });
    expect(here.draft).toMatchObject({ how: "marked", sequence: 1, leftOut: [recordKey(bar)] });
    expect(here.draft.put.map(({ key }) => key)).toEqual([recordKey(foo)]);
    expect(here.table.bytesOf(of, recordKey(bar))).toBeUndefined();
  });

  test("a record whose new form is too large stays as it was", () => {
    using here = open([foo]);
    here.room.add(of.cluster, { records: 0, bytes: storeLimits.bytesPerCluster - bytesOf(foo) });
    here.put({ ...foo, recordTTL: 60 });
    expect(here.draft).toMatchObject({ how: "same", leftOut: [recordKey(foo)], put: [] });
    expect(here.table.list(of)).toBe(`[${JSON.stringify(foo)}]`);
  });

  test("the room of another cluster is not this one's, but that of all together is", () => {
    using here = open();
    here.room.add("kind-a" as ClusterName, { ...full, records: storeLimits.recordsPerCluster });
    here.put(foo);
    expect(here.draft.leftOut).toEqual([]);
    here.room.add("kind-a" as ClusterName, { records: storeLimits.records, bytes: 0 });
    here.put(bar);
    expect(here.draft.leftOut).toEqual([recordKey(bar)]);
  });
});

test.each([
  [recordLimits.bytes, undefined],
  [recordLimits.bytes + 1, "record-too-large"],
])("%i bytes: %s", (bytes, excess) => {
  expect(sizeExcess(bytes)).toBe(excess);
});
