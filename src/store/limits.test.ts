/** The store's limits: what fits is taken, the rest is left out and said, and no cluster takes the room of another. */
import { describe, expect, test } from "vitest";
import { type ClusterName, defaultCluster } from "../records/cluster.ts";
import { storeLimits } from "../records/limits.ts";
import { externalDNSFeed } from "../records/feed.ts";
import { openMemoryStore } from "./open.ts";
import { bytesStored, change, endpoint, settings } from "../../test/support/store-records.ts";

const other = "kind-b" as ClusterName;

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
