/** Whatever changes go in, what comes out is what a plain list of all records would give, and every changed name is told. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ClusterName, defaultCluster } from "./cluster.ts";
import { type RecordKey, recordKey } from "./endpoint.ts";
import { type Feed, externalDNSFeed, watchFeed } from "./feed.ts";
import { LiveRecords, type RecordChange } from "./live-records.ts";
import { finish } from "../base/steps.ts";
import { uniteRecords } from "./unite.ts";
import { type ViewRecord, toViewRecord } from "./view-record.ts";

const cluster = defaultCluster;
const feeds: readonly Feed[] = [externalDNSFeed, watchFeed];

function made(dnsName: string, recordType: string, setIdentifier = "", sequence = 0) {
  const endpoint = { dnsName, recordType, setIdentifier, targets: [`192.0.2.${sequence % 256}`] };
  return { key: recordKey(endpoint), record: toViewRecord(endpoint, sequence) };
}

const key = fc.record({
  name: fc.constantFrom("a.io", "b.io", "c.io"),
  type: fc.constantFrom("A", "AAAA"),
  setIdentifier: fc.constantFrom("", "one"),
});
const step = fc.record({ feed: fc.constantFrom(...feeds), key, isPut: fc.boolean() });
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** The same in the plainest way. */
class Model {
  readonly #all: { readonly feed: Feed; readonly key: RecordKey; readonly record: ViewRecord }[] = [];

  apply({ feed, key: at, isPut }: Step, record: ViewRecord): void {
    const index = this.#all.findIndex((each) => each.feed === feed && sameKey(each.key, at));
    if (index >= 0) this.#all.splice(index, 1);
    if (isPut) this.#all.push({ feed, key: at, record });
  }

  texts(): readonly string[] {
    const united = Map.groupBy(this.#all, (each) => JSON.stringify(each.key));
    return sortedTexts(
      united.values().map(([first, ...others]) => {
        if (first === undefined) throw new Error("an empty group");
        return uniteRecords([first.record, ...others.map(({ record }) => record)]);
      }),
    );
  }
}

function sameKey(left: RecordKey, right: RecordKey): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function sortedTexts(records: Iterable<ViewRecord>): readonly string[] {
  const sorted = Array.from(records, (each) => JSON.stringify({ ...each, targets: each.targets.toSorted() }));
  return sorted.toSorted();
}

function apply(live: LiveRecords, feed: Feed, change: Partial<RecordChange>): void {
  finish(live.applyInSteps({ cluster, feed }, { remove: [], put: [], ...change }));
}

test("change after change, each record is there once, and each changed name is told", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const [live, model] = [new LiveRecords(), new Model()];
      live.takeChangedNames();
      for (const [index, each] of steps.entries()) {
        const { record } = made(each.key.name, each.key.type, each.key.setIdentifier, index);
        if (record === undefined) throw new Error("no record");
        apply(live, each.feed, each.isPut ? { put: [{ key: each.key, record }] } : { remove: [each.key] });
        model.apply(each, record);
        expect([...(live.takeChangedNames() ?? [])]).toEqual([each.key.name]);
        expect(live.get({ cluster, feed: each.feed }, each.key)).toBe(each.isPut ? record : undefined);
      }
      expect(sortedTexts(live.recordsOf(cluster))).toEqual(model.texts());
      const byName = ["a.io", "b.io", "c.io"].flatMap((name) => live.recordsOfName(cluster, name));
      expect(sortedTexts(byName)).toEqual(model.texts());
    }),
  );
});

test("names are told only where they are few and known, and once", () => {
  const live = new LiveRecords();
  const put = (count: number) => Array.from({ length: count }, (_, index) => made(`n${index}.io`, "A"));
  expect(live.takeChangedNames()).toBeUndefined();
  apply(live, watchFeed, { put: put(32) });
  expect(live.takeChangedNames()?.size).toBe(32);
  expect(live.takeChangedNames()?.size).toBe(0);
  apply(live, watchFeed, { put: put(33) });
  expect(live.takeChangedNames()).toBeUndefined();
  for (let round = 0; round < 2; round++) apply(live, watchFeed, { put: put(20 + 20 * round).slice(20 * round) });
  expect(live.takeChangedNames()).toBeUndefined();
  live.touchAll();
  expect(live.takeChangedNames()).toBeUndefined();
  live.delete("other" as ClusterName);
  expect(live.takeChangedNames()).toBeUndefined();
});

test("what the view never needs takes the place of what it needed", () => {
  const live = new LiveRecords();
  const { key: at, record } = made("a.io", "TXT");
  apply(live, externalDNSFeed, { put: [{ key: at, record }] });
  expect([...live.recordsOf(cluster)]).toEqual([record]);
  apply(live, externalDNSFeed, { put: [{ key: at, record: undefined }] });
  expect([...live.recordsOf(cluster)]).toEqual([]);
});

test("names are in order after many came, and a name of very many records costs no more than these", () => {
  const live = new LiveRecords();
  const put = Array.from({ length: 200 }, (_, index) => made(`n${999 - index}.io`, "A"));
  apply(live, externalDNSFeed, { put });
  const names = Array.from(live.recordsOf(cluster), ({ name }) => name);
  expect(names).toEqual(names.toSorted());
  const many = Array.from({ length: 50_000 }, (_, index) => made("many.io", "A", `${index}`));
  apply(live, watchFeed, { put: many });
  expect(live.recordsOfName(cluster, "many.io")).toHaveLength(50_000);
  apply(live, watchFeed, { remove: many.map((each) => each.key) });
  expect(live.recordsOfName(cluster, "many.io")).toEqual([]);
});

test("a cluster that is forgotten has none, and leaves the others theirs", () => {
  const live = new LiveRecords();
  const { key: at, record } = made("a.io", "A");
  const other = "kind" as ClusterName;
  for (const name of [cluster, other]) {
    finish(live.applyInSteps({ cluster: name, feed: watchFeed }, { remove: [], put: [{ key: at, record }] }));
  }
  live.delete(cluster);
  expect([...live.recordsOf(cluster)]).toEqual([]);
  expect([...live.recordsOf(other)]).toEqual([record]);
});
