/** A team's store has the limits of any other, and one name has no more than etcd takes in a request. */
import { expect, test } from "vitest";
import { change, endpoint, settings } from "../../test/support/store-records.ts";
import { type ClusterName, defaultCluster } from "../records/cluster.ts";
import { externalDNSFeed } from "../records/feed.ts";
import { storeLimits } from "../records/limits.ts";
import { finish } from "../base/steps.ts";
import { Room } from "../store/room.ts";
import { CallMemory } from "./call-memory.ts";
import { fittingInSteps } from "./fitting.ts";
import { clusterKey, recordKey } from "./plan/keys.ts";
import { TeamStore } from "./team-store.ts";

const of = { cluster: defaultCluster, feed: externalDNSFeed };

function storeWith(values: Readonly<Record<string, object>>): TeamStore {
  const header = { clusterId: 1n, revision: 1n, raftTerm: 1n };
  const store = new TeamStore({ path: "/skydns", header, memory: new CallMemory() });
  const changes = Object.entries(values).map(([key, value]) => {
    const item = { key, value: Buffer.from(JSON.stringify(value)), createRevision: 1n, modRevision: 1n };
    return { key, revision: 1n, item };
  });
  store.takeOwn(changes, 1n);
  return store;
}

test("records and bytes of a cluster are counted as etcd has them", () => {
  const many = Array.from({ length: storeLimits.recordsPerCluster }, () => endpoint("foo.dtk.io"));
  const store = storeWith({ [recordKey(defaultCluster, "foo.dtk.io")]: { "external-dns": many } });
  const create = [endpoint("bar.dtk.io")];
  const names = store.apply(defaultCluster, externalDNSFeed, change({ create })).map(({ name }) => name);
  expect(names).toEqual(["bar.dtk.io"]);
  expect(store.takeWishes()).toMatchObject([{ kind: "apply", mutation: { put: [] } }]);
  store.takeOwn([{ key: recordKey(defaultCluster, "foo.dtk.io"), revision: 2n, item: undefined }], 2n);
  expect(store.apply(defaultCluster, externalDNSFeed, change({ create }))).toEqual([]);
});

test("what goes makes room, and what stays as large needs none", () => {
  const held = endpoint("foo.dtk.io", 1_000);
  const store = storeWith({ [recordKey(defaultCluster, "foo.dtk.io")]: { "external-dns": [held] } });
  const fit = (part: Parameters<typeof change>[0]) => {
    const room = new Room();
    room.add(defaultCluster, { records: storeLimits.recordsPerCluster, bytes: storeLimits.bytesPerCluster });
    const find = (name: string) => store.record(defaultCluster, name);
    return finish(fittingInSteps(of, change(part), { room, find })).leftOut.map(({ name }) => name);
  };
  expect(fit({ create: [endpoint("bar.dtk.io")] })).toEqual(["bar.dtk.io"]);
  expect(fit({ create: [endpoint("bar.dtk.io")], gone: [held] })).toEqual([]);
  expect(fit({ create: [held] })).toEqual([]);
  expect(fit({ create: [endpoint("foo.dtk.io", 1_001)] })).toEqual(["foo.dtk.io"]);
});

test("one name has no more than fits into a request to etcd", () => {
  const store = storeWith({});
  const create = Array.from({ length: 30 }, (_, index) => ({
    ...endpoint("foo.dtk.io", 60_000),
    setIdentifier: String(index),
  }));
  const leftOut = store.apply(defaultCluster, externalDNSFeed, change({ create }));
  expect(leftOut.map(({ setIdentifier }) => setIdentifier)).toEqual(
    create.slice(17).map(({ setIdentifier }) => setIdentifier),
  );
});

test("clusters and domains have their limits", () => {
  const clusters = Array.from({ length: storeLimits.clusters - 1 }, (_, index) => `c${index}` as ClusterName);
  const store = storeWith(Object.fromEntries(clusters.map((name) => [clusterKey(name), settings()])));
  expect(() => store.configure("another" as ClusterName, settings())).toThrow("at most 64 clusters");
  store.configure("c1" as ClusterName, settings());
  const domains = Array.from({ length: storeLimits.domainsPerCluster + 1 }, () => settings().domains[0] ?? never());
  expect(() => store.configure("c1" as ClusterName, { ...settings(), domains })).toThrow("at most 1000 domains");
});

function never(): never {
  throw new Error("no domain");
}
