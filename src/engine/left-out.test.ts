/** What was left out is kept for each request of each feed, and a person reads it once. */
import { expect, test } from "vitest";
import { type ClusterName, defaultCluster } from "../records/cluster.ts";
import { externalDNSFeed, watchFeed } from "../records/feed.ts";
import { type LeftOut, LeftOutMemory } from "./left-out.ts";

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const entry: LeftOut = { cluster: defaultCluster, name: "a.io", reason: "not-managed" };
const from = { cluster: defaultCluster, feed: externalDNSFeed, request: "adjustendpoints" } as const;

test("what two feeds of a cluster sent is there once, and stays until both have let go of it", () => {
  const memory = new LeftOutMemory(log);
  memory.replace(from, [entry]);
  memory.replace({ ...from, feed: watchFeed }, [entry, { ...entry, name: "b.io" }]);
  expect(memory.list().map(({ name }) => name)).toEqual(["a.io", "b.io"]);
  memory.replace({ ...from, feed: watchFeed }, []);
  expect(memory.list()).toEqual([entry]);
  memory.replace(from, []);
  expect(memory.list()).toEqual([]);
});

test("a cluster that is gone is forgotten with all its feeds, and no other", () => {
  const memory = new LeftOutMemory(log);
  const other = { ...entry, cluster: "kind" as ClusterName };
  memory.replace(from, [entry]);
  memory.replace({ ...from, feed: watchFeed }, [entry]);
  memory.replace({ ...from, cluster: other.cluster }, [other]);
  memory.forget(defaultCluster);
  expect(memory.list()).toEqual([other]);
});
