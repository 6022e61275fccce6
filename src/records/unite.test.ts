/** What several feeds have under one key is one record. */
import { expect, test } from "vitest";
import { uniteRecords } from "./unite.ts";
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
