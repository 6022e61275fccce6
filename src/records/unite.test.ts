/** Of several feeds each record counts once, whatever the order of the feeds. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { uniteFeeds, uniteRecords } from "./unite.ts";
import { type ViewRecord, toViewRecord } from "./view-record.ts";

function record(dnsName: string, sequence: number, targets: readonly string[] = []): ViewRecord {
  const made = toViewRecord({ dnsName, recordType: "A", targets, labels: { resource: `r/${sequence}` } }, sequence);
  if (made === undefined) throw new Error("no record");
  return made;
}

test("targets are put together, and the rest is of the record that came first", () => {
  const [late, early] = [record("a.io", 7, ["10.0.0.2", "10.0.0.1"]), record("a.io", 3, ["10.0.0.1", "fd00::1"])];
  const united = { ...early, targets: ["10.0.0.2", "10.0.0.1", "fd00::1"] };
  expect(uniteRecords([late, early])).toEqual(united);
  expect(uniteRecords([early])).toBe(early);
});

test("targets that are not in memory count for nothing beside others", () => {
  const large: ViewRecord = { ...record("a.io", 1), excess: "record-too-large" };
  const small = record("a.io", 2, ["10.0.0.1"]);
  expect(uniteRecords([large, small])).toEqual({ ...record("a.io", 1), targets: ["10.0.0.1"] });
  expect(uniteRecords([large, { ...large, sequence: 5 }])).toEqual(large);
});

test("each key is there once, for any feeds", () => {
  const feed = fc.uniqueArray(fc.nat(9), { maxLength: 10 });
  fc.assert(
    fc.property(fc.array(feed, { maxLength: 4 }), (feeds) => {
      const maps = feeds.map((names, index) => new Map(names.map((name) => [`${name}`, record(`${name}`, index)])));
      const names = [...uniteFeeds(maps)].map(({ name }) => name);
      expect(names.toSorted()).toEqual([...new Set(feeds.flat())].map(String).toSorted());
    }),
  );
});
