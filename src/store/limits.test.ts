/** The store's limits: what fits is taken, the rest is left out and said, and no cluster takes the room of another. */
import { describe, expect, test } from "vitest";
import { type OldRow, writeOldState } from "../../test/support/old-state.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { type ClusterName, type ClusterSettings, defaultCluster, initialSettings } from "../records/cluster.ts";
import { storeLimits } from "../records/limits.ts";
import { externalDNSFeed } from "../records/feed.ts";
import { type Endpoint, planMutation } from "../records/endpoint.ts";
import { parseManagedDomain } from "../records/managed-domain.ts";
import { parseClusterIPs } from "../records/cluster.ts";
import { computeView } from "../records/compute-view.ts";
import type { View } from "../records/view.ts";
import { openMemoryStore, openStore } from "./open.ts";
import type { Store } from "../engine/store.ts";

const other = "kind-b" as ClusterName;

function change(part: { readonly create?: readonly Endpoint[]; readonly gone?: readonly Endpoint[] }) {
  return planMutation({ create: part.create ?? [], updateOld: [], updateNew: [], delete: part.gone ?? [] });
}

/** An endpoint of about so many bytes. */
function endpoint(name: string, bytes = 0): Endpoint {
  return { dnsName: name, recordType: "A", targets: ["192.0.2.1"], labels: { padding: "x".repeat(bytes) } };
}

function settings(): ClusterSettings {
  const domain = parseManagedDomain("dtk.io");
  return {
    ...initialSettings,
    domains: domain === undefined ? [] : [domain],
    clusterIPs: parseClusterIPs(["192.0.2.7"]) ?? [],
  };
}

function bytesStored(store: Store, cluster = defaultCluster): number {
  let bytes = 0;
  for (const piece of Iterator.from(store.endpointsJSON(cluster, externalDNSFeed))) bytes += piece.length;
  return bytes;
}

function viewOf(store: Store): View {
  return computeView({ clusters: store.clusters(), holders: store.holders(), ownNames: new Set() });
}

function reasonsIn({ notShown }: View): readonly string[] {
  return [...new Set(notShown.map(({ reason }) => reason))];
}

const large = 60_000;
/** Somewhat more large endpoints than fit into the bytes of a cluster. */
const tooMuch = Array.from({ length: Math.ceil(storeLimits.bytesPerCluster / large) + 5 }, (_, index) =>
  endpoint(`n${index}.dtk.io`, large),
);

describe("a cluster", () => {
  test("has no more bytes than it may, says what was left out, and leaves the others their room", () => {
    using store = openMemoryStore();
    store.configure(other, settings());
    const leftOut = store.apply(defaultCluster, externalDNSFeed, change({ create: tooMuch }));
    expect(leftOut.length).toBeGreaterThan(0);
    expect(leftOut.at(-1)?.name).toBe(`n${tooMuch.length - 1}.dtk.io`);
    expect(bytesStored(store)).toBeLessThan(storeLimits.bytesPerCluster * 1.001);
    expect(store.apply(other, externalDNSFeed, change({ create: [endpoint("b.dtk.io", large)] }))).toEqual([]);
  });

  test("has no more records than it may, and may still change and remove those", () => {
    using store = openMemoryStore();
    store.configure(other, settings());
    const create = Array.from({ length: storeLimits.recordsPerCluster + 1 }, (_, index) =>
      endpoint(`n${index}.dtk.io`),
    );
    const last = create.slice(-1);
    expect(store.apply(defaultCluster, externalDNSFeed, change({ create })).map(({ name }) => name)).toEqual([
      last[0]?.dnsName,
    ]);
    expect(store.countByType(defaultCluster).get("A")).toBe(storeLimits.recordsPerCluster);
    expect(store.apply(defaultCluster, externalDNSFeed, change({ create: [endpoint("n0.dtk.io", 10)] }))).toEqual([]);
    expect(store.apply(defaultCluster, externalDNSFeed, change({ create: last }))).toHaveLength(1);
    expect(store.apply(defaultCluster, externalDNSFeed, change({ create: last, gone: create.slice(0, 1) }))).toEqual(
      [],
    );
    expect(store.apply(other, externalDNSFeed, change({ create: last }))).toEqual([]);
  });

  test("keeps a record as it was when its new form finds no room", () => {
    using store = openMemoryStore();
    store.apply(defaultCluster, externalDNSFeed, change({ create: tooMuch }));
    const grown = endpoint("n0.dtk.io", 2 * large);
    expect(store.apply(defaultCluster, externalDNSFeed, change({ create: [grown] }))).toHaveLength(1);
    expect(store.apply(defaultCluster, externalDNSFeed, change({ create: [endpoint("n0.dtk.io", 1)] }))).toEqual([]);
    expect(store.apply(defaultCluster, externalDNSFeed, change({ create: [endpoint("n0.dtk.io", large)] }))).toEqual(
      [],
    );
  });

  test("leaves nothing counted when the change failed", () => {
    using store = openMemoryStore();
    const create = tooMuch.slice(0, 600);
    const failing = [...create, { ...endpoint("last.dtk.io"), toJSON: () => failure() }];
    for (let round = 0; round < 3; round++)
      expect(() => store.apply(defaultCluster, externalDNSFeed, change({ create: failing }))).toThrow("in the middle");
    expect(store.apply(defaultCluster, externalDNSFeed, change({ create }))).toEqual([]);
  });
});

function failure(): never {
  throw new Error("in the middle of a change");
}

describe("all clusters together", () => {
  test("have no more bytes than they may; forgetting one makes room", () => {
    using store = openMemoryStore();
    const names = Array.from(
      { length: storeLimits.bytes / storeLimits.bytesPerCluster },
      (_, index) => `c${index}` as ClusterName,
    );
    for (const name of names) {
      store.configure(name, settings());
      store.apply(name, externalDNSFeed, change({ create: tooMuch }));
    }
    expect(
      store.apply(defaultCluster, externalDNSFeed, change({ create: tooMuch.slice(0, 20) })).length,
    ).toBeGreaterThan(0);
    store.forget("c0" as ClusterName);
    expect(store.apply(defaultCluster, externalDNSFeed, change({ create: tooMuch.slice(0, 20) }))).toEqual([]);
  });
});

/** A record of a name with so many addresses. */
function oldRow(name: string, addresses: number): OldRow {
  const targets = Array.from(
    { length: addresses },
    (_, index) => `"10.${index >> 16}.${(index >> 8) & 255}.${index & 255}"`,
  );
  return { name, endpoint: `{"dnsName":"${name}","recordType":"A","targets":[${targets.join()}]}` };
}

describe("what an earlier version stored beyond the limits", () => {
  test("a record of 2,150,000 addresses: the rest is shown, it can be read and removed", () => {
    const size = 2_150_000;
    using folder = temporaryFolder();
    writeOldState(folder.path, settings(), [oldRow("big.dtk.io", size), oldRow("small.dtk.io", 1)]);
    using store = openStore({ folder: folder.path, now: () => 0 });
    store.configure(defaultCluster, { ...settings(), targets: "record" });
    expect(viewOf(store).entries.map(({ name }) => name)).toEqual(["small.dtk.io"]);
    expect(viewOf(store).notShown).toMatchObject([{ name: "big.dtk.io", reason: "record-too-large" }]);
    const [big] = JSON.parse(
      [...Iterator.from(store.endpointsJSON(defaultCluster, externalDNSFeed))].join(""),
    ) as Endpoint[];
    expect(big?.targets?.length).toBe(size);
    store.apply(defaultCluster, externalDNSFeed, change({ gone: [{ dnsName: "big.dtk.io", recordType: "A" }] }));
    expect(viewOf(store).notShown).toEqual([]);
  });

  test("more than a cluster may have: it starts, shows what fits, answers all of it in pieces, and shows the rest once there is room", () => {
    using folder = temporaryFolder();
    const padding = "x".repeat(8 * 1024 * 1024);
    const huge = Array.from({ length: 2 }, (_, index) => `a${index}.dtk.io`);
    const small = Array.from(
      { length: Math.ceil(storeLimits.bytesPerCluster / large) + 100 },
      (_, index) => `n${index}.dtk.io`,
    );
    const row = (name: string, text: string) => ({
      name,
      endpoint: `{"dnsName":"${name}","recordType":"A","targets":["192.0.2.1"],"x":"${text}"}`,
    });
    writeOldState(folder.path, settings(), [
      ...huge.map((name) => row(name, padding)),
      ...small.map((name) => row(name, padding.slice(0, large))),
    ]);
    using store = openStore({ folder: folder.path, now: () => 0 });
    expect(viewOf(store).entries.length).toBeGreaterThan(1000);
    expect(reasonsIn(viewOf(store))).toEqual(["record-too-large", "store-full"]);
    expect(bytesStored(store)).toBeGreaterThan(huge.length * padding.length);
    // What is there may not grow, but everything may go.
    expect(store.apply(defaultCluster, externalDNSFeed, change({ create: [endpoint("new.dtk.io")] }))).toHaveLength(1);
    const gone = [...huge, ...small.slice(0, 200)].map((name) => endpoint(name));
    store.apply(defaultCluster, externalDNSFeed, change({ gone }));
    expect(viewOf(store).entries).toHaveLength(small.length - 200);
    expect(viewOf(store).notShown).toEqual([]);
    expect(store.apply(defaultCluster, externalDNSFeed, change({ create: [endpoint("new.dtk.io")] }))).toEqual([]);
  });
});
