/** The limits of what is shown: of a name, of a cluster, of all; what does not fit is said, and what came first stays. */
import { describe, expect, test } from "vitest";
import { type ClusterName, type ClusterSettings, initialSettings, parseClusterIPs } from "./cluster.ts";
import type { Endpoint } from "./endpoint.ts";
import { shownLimits } from "./limits.ts";
import { parseManagedDomain } from "./managed-domain.ts";
import { updateView } from "./view-update.ts";
import { computeView } from "./compute-view.ts";
import type { View, ViewCluster } from "./view.ts";
import { toViewRecord } from "./view-record.ts";

function cluster(
  name: string,
  targets: ClusterSettings["targets"],
  endpoints: Iterable<Endpoint>,
  from = 1,
): ViewCluster {
  const domain = parseManagedDomain("dtk.io");
  const clusterIPs = parseClusterIPs(["192.0.2.7", "2001:db8:1111:2222:3333:4444:5555:6666"]) ?? [];
  const settings = { ...initialSettings, clusterIPs, domains: domain === undefined ? [] : [domain], targets };
  const records = [...endpoints].flatMap((endpoint, index) => toViewRecord(endpoint, from + index) ?? []);
  return { name: name as ClusterName, settings, records };
}

function viewOf(...clusters: readonly ViewCluster[]): View {
  return computeView({ clusters, holders: new Map(), ownNames: new Set() });
}

function addresses(count: number, net = 10): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${net}.${index >> 16}.${(index >> 8) & 255}.${index & 255}`);
}

function record(dnsName: string, targets: readonly string[], setIdentifier = ""): Endpoint {
  return { dnsName, recordType: "A", targets, setIdentifier };
}

function bytesOf({ entries }: View): number {
  return entries.flatMap(({ name, addresses: each }) => each.map((address) => `${address} ${name}\n`)).join("").length;
}

const most = shownLimits.addressesPerName;

describe("the addresses of a name", () => {
  test("may be so many and no more, whether one record has them, several, or a CNAME leads to them", () => {
    const halves = [record("two.dtk.io", addresses(most)), record("two.dtk.io", addresses(1, 11), "b")];
    const view = viewOf(
      cluster("a", "record", [
        record("few.dtk.io", addresses(most)),
        record("many.dtk.io", addresses(most + 1)),
        record("most.dtk.io", addresses(2_150_000)),
        { dnsName: "led.dtk.io", recordType: "CNAME", targets: ["many.dtk.io"] },
        ...halves,
      ]),
    );
    expect(view.entries.map(({ name }) => name)).toEqual(["few.dtk.io"]);
    expect(view.notShown.map(({ name, reason }) => `${name} ${reason}`)).toEqual(
      ["led", "many", "most", "two"].map((name) => `${name}.dtk.io too-many-addresses`),
    );
  });

  test("do not count in target mode cluster", () => {
    expect(viewOf(cluster("a", "cluster", [record("many.dtk.io", addresses(most + 1))])).notShown).toEqual([]);
  });
});

/** Names that a few bytes make very large: each leads to the one that has the most addresses. */
function large(prefix: string, count: number): readonly Endpoint[] {
  const pool = record(`${prefix}-pool.dtk.io`, addresses(most));
  const targets = [`${prefix}-pool.dtk.io`];
  const names = Array.from({ length: count }, (_, index) => `${prefix}${index}.dtk.io`);
  return [pool, ...names.map((dnsName) => ({ dnsName, recordType: "CNAME", targets }))];
}

describe("the lines", () => {
  test("of a cluster fill what they may, and those that came first are there", () => {
    // The first names are the last in the order of names.
    const first = large("z", 10);
    const view = viewOf(
      cluster("a", "record", [...first, ...large("n", 4000)]),
      cluster("b", "record", large("b", 1), 9000),
    );
    const shown = new Set<string>(view.entries.map(({ name }) => name));
    expect(bytesOf(view)).toBeGreaterThan(shownLimits.bytesPerCluster * 0.99);
    expect(bytesOf(view)).toBeLessThan(shownLimits.bytesPerCluster * 1.01);
    expect([...first, ...large("b", 1)].filter(({ dnsName = "" }) => !shown.has(dnsName))).toEqual([]);
    expect(new Set(view.notShown.map(({ reason }) => reason))).toEqual(new Set(["block-full"]));
    expect(view.notShown.length + view.entries.length).toBe(4014);
  });

  test("of all clusters fill what they may", () => {
    const clusters = ["a", "b", "c"].map((name, index) => cluster(name, "record", large(name, 3300), index * 10_000));
    const view = viewOf(...clusters);
    expect(bytesOf(view)).toBeGreaterThan(shownLimits.bytes * 0.99);
    expect(bytesOf(view)).toBeLessThanOrEqual(shownLimits.bytes);
    expect(view.entries.filter(({ cluster: owner }) => owner === "c").length).toBeLessThan(5);
  });

  test("are counted when a single name comes or goes, too", () => {
    const long = "n".repeat(55);
    // Each has 2 lines of some 200 bytes together; with all of them the cluster has more than it may.
    const names = Array.from({ length: 90_000 }, (_, index) => record(`${long}${index}.${long}.dtk.io`, ["192.0.2.1"]));
    const whole = viewOf(cluster("a", "cluster", names));
    const fitting = whole.entries.length;
    expect(fitting).toBeLessThan(names.length);
    const before = viewOf(cluster("a", "cluster", names.slice(0, fitting)));
    const next = names[fitting];
    const change = { holders: new Map(), ownNames: new Set<string>(), names: new Set([next?.dnsName ?? ""]) };
    const come = [cluster("a", "cluster", next === undefined ? [] : [next], fitting + 1)];
    expect(before.notShown).toEqual([]);
    // Not to be said without looking at everything.
    expect(updateView(before, { ...change, clusters: come })).toBeUndefined();
    expect(updateView(whole, { ...change, clusters: [cluster("a", "cluster", [])] })).toBeUndefined();
  });
});
