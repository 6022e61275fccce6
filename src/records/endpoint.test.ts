/** ExternalDNS's changes become removals and upserts. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Changes,
  type Endpoint,
  type Mutation,
  keyText,
  planMutation,
  recordKey,
  resourceOf,
} from "./endpoint.ts";

const none: Changes = { create: [], updateOld: [], updateNew: [], delete: [] };
const nameA: Endpoint = { dnsName: "foo.dtk.io", recordType: "A", targets: ["192.0.2.1"] };
const nameCNAME: Endpoint = { dnsName: "foo.dtk.io", recordType: "CNAME", targets: ["foo.dtk.io"] };

function applyTo(store: Map<string, Endpoint>, { remove, put }: Mutation): Map<string, Endpoint> {
  const next = new Map(store);
  for (const key of remove) next.delete(keyText(key));
  for (const { key, endpoint } of put) next.set(keyText(key), endpoint);
  return next;
}

const endpoints = fc.record({
  dnsName: fc.constantFrom("a.dtk.io", "B.dtk.io.", "b.dtk.io"),
  recordType: fc.constantFrom("A", "a", "CNAME", "TXT"),
  setIdentifier: fc.constantFrom("", "blue"),
  targets: fc.array(fc.ipV4(), { maxLength: 2 }),
});
const lists = fc.array(endpoints, { maxLength: 4 });
const changes = fc.record({ create: lists, updateOld: lists, updateNew: lists, delete: lists });

test("the key ignores case and the trailing dot of the name, and the case of the type", () => {
  expect(recordKey({ dnsName: "Foo.DTK.io.", recordType: "cname", setIdentifier: "Blue" })).toEqual({
    name: "foo.dtk.io",
    type: "CNAME",
    setIdentifier: "Blue",
  });
});

test("an A that becomes a CNAME in one post keeps its name", () => {
  const mutation = planMutation({ ...none, delete: [nameA], create: [nameCNAME] });
  expect([...applyTo(new Map([[keyText(recordKey(nameA)), nameA]]), mutation).values()]).toEqual([nameCNAME]);
});

test("an update writes the new side even where the old side was never stored", () => {
  const mutation = planMutation({ ...none, updateOld: [nameA], updateNew: [{ ...nameA, recordTTL: 60 }] });
  expect([...applyTo(new Map(), mutation).values()]).toEqual([{ ...nameA, recordTTL: 60 }]);
});

test("no key is in both lists", () => {
  fc.assert(
    fc.property(changes, (change) => {
      const { remove, put } = planMutation(change);
      const written = new Set(put.map(({ key }) => keyText(key)));
      expect(remove.filter((key) => written.has(keyText(key)))).toEqual([]);
    }),
  );
});

test("twice equals once", () => {
  fc.assert(
    fc.property(changes, (change) => {
      const mutation = planMutation(change);
      const once = applyTo(new Map(), mutation);
      expect(applyTo(once, mutation)).toEqual(once);
    }),
  );
});

test("deleting what was created brings the store back", () => {
  fc.assert(
    fc.property(lists, (created) => {
      const filled = applyTo(new Map(), planMutation({ ...none, create: created }));
      expect(applyTo(filled, planMutation({ ...none, delete: created })).size).toBe(0);
    }),
  );
});

test("the order of independent creates does not matter", () => {
  fc.assert(
    fc.property(fc.uniqueArray(endpoints, { selector: (endpoint) => keyText(recordKey(endpoint)) }), (created) => {
      const forward = applyTo(new Map(), planMutation({ ...none, create: created }));
      const backward = applyTo(new Map(), planMutation({ ...none, create: created.toReversed() }));
      expect(backward).toEqual(forward);
    }),
  );
});

test.each([
  ["ingress/default/test", "ingress/default/test"],
  ["ingress/x\nINFO: forged", undefined],
  ["ingress/\u001b[31mred", undefined],
])("a resource named %j is said as %j", (resource, said) => {
  expect(resourceOf({ dnsName: "foo.dtk.io", labels: { resource } })).toBe(said);
});
