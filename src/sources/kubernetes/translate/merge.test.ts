/** One endpoint for each name and type of a cluster, whatever the order in which the objects come. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Endpoint } from "../../../records/endpoint.ts";
import type { Translation } from "./kind.ts";
import { mergeTranslations } from "./merge.ts";
import { NameIndex } from "./name-index.ts";

type Share = Pick<Translation, "endpoints" | "withoutTarget">;

const record = (dnsName: string, recordType: string, targets: readonly string[], resource: string): Endpoint => ({
  dnsName,
  recordType,
  targets,
  labels: { resource },
});
const none = (dnsName: string, resource: string): Share => ({
  endpoints: [],
  withoutTarget: [record(dnsName, "CNAME", [dnsName], resource)],
});
const some = (...endpoints: readonly Endpoint[]): Share => ({ endpoints, withoutTarget: [] });

test("targets of one name and type unite, and the least resource names it", () => {
  const first = some(record("foo.dtk.io", "A", ["192.0.2.2", "192.0.2.1"], "ingress/default/b"));
  const second = some(record("foo.dtk.io", "A", ["192.0.2.3", "192.0.2.1"], "ingress/default/a"));
  const merged = [record("foo.dtk.io", "A", ["192.0.2.1", "192.0.2.2", "192.0.2.3"], "ingress/default/a")];
  expect(mergeTranslations([first, second])).toEqual(merged);
  expect(mergeTranslations([second, first])).toEqual(merged);
});

test("CNAMEs unite too", () => {
  const shares = ["b.dtk.io", "a.dtk.io"].map((target) => some(record("foo.dtk.io", "CNAME", [target], "service/x/y")));
  expect(mergeTranslations(shares)).toEqual([record("foo.dtk.io", "CNAME", ["a.dtk.io", "b.dtk.io"], "service/x/y")]);
});

test("types stay apart", () => {
  const share = some(record("foo.dtk.io", "AAAA", ["2001:db8::1"], "r"), record("foo.dtk.io", "A", ["192.0.2.1"], "r"));
  expect(mergeTranslations([share]).map(({ recordType }) => recordType)).toEqual(["A", "AAAA"]);
});

test("a name without target is asked for only when nobody gives it one", () => {
  const pointing = some(record("foo.dtk.io", "A", ["192.0.2.1"], "ingress/default/b"));
  const alone = record("foo.dtk.io", "CNAME", ["foo.dtk.io"], "ingress/default/a");
  expect(mergeTranslations([none("foo.dtk.io", "ingress/default/a"), pointing])).toEqual(pointing.endpoints);
  expect(mergeTranslations([none("foo.dtk.io", "z"), none("foo.dtk.io", "ingress/default/a")])).toEqual([alone]);
});

const names = fc.constantFrom("a.dtk.io", "b.dtk.io", "c.dtk.io");
const shares: fc.Arbitrary<Share> = fc.record({
  endpoints: fc.array(
    fc
      .tuple(names, fc.constantFrom("A", "CNAME"), fc.subarray(["192.0.2.1", "192.0.2.2"]), fc.constantFrom("r1", "r2"))
      .map((parts) => record(...parts)),
    { maxLength: 3 },
  ),
  withoutTarget: fc.array(
    fc.tuple(names, fc.constantFrom("r1", "r2")).map(([name, resource]) => record(name, "CNAME", [name], resource)),
    { maxLength: 2 },
  ),
});

test("the index holds what merging everything anew gives, after any changes", () => {
  const changes = fc.array(fc.tuple(fc.constantFrom("o1", "o2", "o3"), fc.option(shares, { nil: undefined })));
  fc.assert(
    fc.property(changes, (steps) => {
      const index = new NameIndex();
      const objects = new Map<string, Share>();
      const known = new Map<string, readonly Endpoint[]>();
      for (const [object, share] of steps) {
        if (share === undefined) objects.delete(object);
        else objects.set(object, share);
        for (const name of index.put(object, share)) known.set(name, index.endpointsOf(name));
      }
      const all = mergeTranslations(objects.values());
      expect(mergeTranslations([some(...[...known.values()].flat())])).toEqual(all);
      expect(new Set(index.names())).toEqual(new Set(all.map(({ dnsName }) => dnsName)));
    }),
  );
});

test("the order of objects does not count", () => {
  fc.assert(
    fc.property(fc.array(shares), (all) => {
      expect(mergeTranslations(all.toReversed())).toEqual(mergeTranslations(all));
    }),
  );
});
