/** What is published for a view, read as CoreDNS reads it (plugin/etcd/etcd.go, plugin/etcd/msg/service.go `Group`). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type WrittenRecord, viewOfClusters } from "../../../test/support/view.ts";
import { parseManagedDomain } from "../../records/managed-domain.ts";
import type { View } from "../../records/view.ts";
import { type KeyChanges, Projection } from "./projection.ts";

const domains = ["dtk.io"].flatMap((text) => parseManagedDomain(text) ?? []);

function publish({ entries, domains: managed }: View): ReadonlyMap<string, string> {
  const projection = new Projection("/skydns");
  projection.reset(managed);
  for (const entry of entries) projection.set(entry.name, entry, new Map());
  return projection.wanted;
}

function viewOf(...records: readonly WrittenRecord[]): View {
  return viewOfClusters({ name: "a", records });
}

interface Service {
  readonly key: string;
  readonly host: string;
  readonly group: string;
}

/** The hosts that a question finds; undefined where there is nothing at all, which is NXDOMAIN. */
function find(keys: ReadonlyMap<string, string>, name: string): readonly string[] | undefined {
  const asked = name === "dtk.io" ? "apex.dns.dtk.io" : name;
  const prefix = `/skydns/${asked.split(".").toReversed().join("/")}/`;
  const found = [...keys].flatMap(([key, text]): Service[] => {
    const { host, group } = JSON.parse(text) as { readonly host: string; readonly group: string };
    return key.startsWith(prefix) ? [{ key, host, group }] : [];
  });
  if (found.length === 0) return undefined;
  const depth = ({ key }: Service): number => key.split("/").length;
  const shallowest = found.toSorted((one, other) => depth(one) - depth(other))[0];
  const ofGroup = found.filter(({ group }) => group === shallowest?.group);
  return ofGroup.map(({ host }) => host).filter((host) => host !== name);
}

test("a name has a key for each address, which is its alone", () => {
  const keys = publish(viewOf(["foo.dtk.io", "A", "192.0.2.1", "192.0.2.2"], ["foo.dtk.io", "AAAA", "2001:db8::1"]));
  expect([...keys.keys()].toSorted()).toEqual([
    "/skydns/io/dtk/dns/apex/hfs0",
    "/skydns/io/dtk/foo/hfs4",
    "/skydns/io/dtk/foo/hfs4-2",
    "/skydns/io/dtk/foo/hfs6",
  ]);
  expect(JSON.parse(keys.get("/skydns/io/dtk/foo/hfs4") ?? "")).toEqual({
    host: "192.0.2.1",
    ttl: 5,
    cluster: "a",
    targetstrip: 1,
    group: "foo.dtk.io",
  });
});

describe("CoreDNS answers as the view says", () => {
  const keys = publish(
    viewOf(
      ["foo.dtk.io", "A", "192.0.2.1"],
      ["bar.foo.dtk.io", "A", "192.0.2.2"],
      ["x.y.z.dtk.io", "A", "192.0.2.3"],
      ["text.dtk.io", "TXT", "words"],
      ["dtk.io", "A", "192.0.2.4"],
      ["any.dtk.io", "A", "192.0.2.5"],
    ),
  );
  test.each([
    ["foo.dtk.io", ["192.0.2.1"]],
    ["bar.foo.dtk.io", ["192.0.2.2"]],
    ["x.y.z.dtk.io", ["192.0.2.3"]],
    ["dtk.io", ["192.0.2.4"]],
    ["y.z.dtk.io", []],
    ["z.dtk.io", []],
    ["text.dtk.io", []],
    ["baz.dtk.io", undefined],
    ["any.dtk.io", undefined],
  ])("%s: %j", (name, hosts) => {
    expect(find(keys, name)).toEqual(hosts);
  });
});

test("without a name of its own a domain has a guard, and a domain within another has one there too", () => {
  const inner = parseManagedDomain("dev.dtk.io");
  const projection = new Projection("/skydns");
  projection.reset([...domains, ...(inner === undefined ? [] : [inner])]);
  expect([...projection.wanted.keys()].toSorted()).toEqual([
    "/skydns/io/dtk/dev/dns/apex/hfs0",
    "/skydns/io/dtk/dev/hfs0",
    "/skydns/io/dtk/dns/apex/hfs0",
  ]);
});

const names = ["dtk.io", "a.dtk.io", "b.a.dtk.io", "c.b.a.dtk.io", "d.dtk.io", "*.dtk.io"];

test("name by name it becomes what it would be at once, every change is told, and it can be set back", () => {
  const step = fc.record({
    name: fc.constantFrom(...names),
    address: fc.option(fc.constantFrom("192.0.2.1", "192.0.2.2")),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const projection = new Projection("/skydns");
      projection.reset(domains);
      const told = new Map(projection.wanted);
      const records = new Map<string, string>();
      for (const { name, address } of steps) {
        if (address === null) records.delete(name);
        else records.set(name, address);
        const view = viewOf(...[...records].map(([each, to]): WrittenRecord => [each, "A", to]));
        const changes: KeyChanges = new Map();
        const entry = view.entries.find((each) => each.name === name);
        const [before, keys] = [projection.entry(name), new Map(projection.wanted)];
        projection.set(name, entry, new Map());
        projection.set(name, before, new Map());
        expect(projection.wanted).toEqual(keys);
        projection.set(name, entry, changes);
        for (const [key, value] of changes) {
          if (value === undefined) told.delete(key);
          else told.set(key, value);
        }
        expect(told).toEqual(projection.wanted);
        expect(projection.wanted).toEqual(publish({ ...view, domains }));
      }
    }),
  );
});
