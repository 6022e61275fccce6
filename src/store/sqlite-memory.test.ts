/** Each feed is remembered for itself, and what is noted during a change is written after it. */
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { noContact } from "../engine/memory.ts";
import { type ClusterName, initialSettings } from "../records/cluster.ts";
import { externalDNSFeed, watchFeed } from "../records/feed.ts";
import { type Endpoint, planMutation } from "../records/endpoint.ts";
import { openStore } from "./open.ts";

const cluster = "kind-a" as ClusterName;
const externalDNS = { cluster, feed: externalDNSFeed };
const watch = { cluster, feed: watchFeed };
const call = { at: 10, caller: "192.0.2.1", matchedIP: undefined };

test("the feeds of a cluster are remembered apart, and go with it", () => {
  using folder = temporaryFolder();
  {
    using store = openStore({ folder: folder.path, now: () => 0 });
    store.configure(cluster, initialSettings);
    store.memory.heard(externalDNS, call);
    store.memory.elapse(5000);
    store.memory.heard(watch, { ...call, at: 20 });
    store.memory.elapse(1000);
    store.memory.negotiated(externalDNS, { at: 5, include: ["dtk.io"] });
  }
  using store = openStore({ folder: folder.path, now: () => 0 });
  const { memory } = store;
  expect(memory.feedsHeard(cluster)).toEqual([externalDNSFeed, watchFeed]);
  expect(memory.contact(externalDNS)).toMatchObject({ heardAt: 10, silentFor: 6000 });
  expect(memory.contact(watch)).toMatchObject({ heardAt: 20, silentFor: 1000 });
  expect(memory.negotiation(watch)).toBeUndefined();
  store.forget(cluster);
  store.configure(cluster, initialSettings);
  expect(memory.feedsHeard(cluster)).toEqual([]);
  expect([memory.contact(watch), memory.negotiation(externalDNS)]).toEqual([noContact, undefined]);
});

test("a feed that is dropped is forgotten, over a restart too, and the others are not", () => {
  using folder = temporaryFolder();
  {
    using store = openStore({ folder: folder.path, now: () => 0 });
    store.configure(cluster, initialSettings);
    store.memory.heard(externalDNS, call);
    store.memory.heard(watch, call);
    store.memory.drop(externalDNS);
    expect(store.memory.feedsHeard(cluster)).toEqual([watchFeed]);
  }
  using store = openStore({ folder: folder.path, now: () => 0 });
  expect(store.memory.feedsHeard(cluster)).toEqual([watchFeed]);
});

test("what was told without a call is not a contact", () => {
  using folder = temporaryFolder();
  {
    using store = openStore({ folder: folder.path, now: () => 0 });
    store.configure(cluster, initialSettings);
    store.memory.negotiated(externalDNS, { at: 5, include: [] });
  }
  using store = openStore({ folder: folder.path, now: () => 0 });
  expect(store.memory.feedsHeard(cluster)).toEqual([]);
  expect(store.memory.negotiation(externalDNS)).toEqual({ at: 5, include: [] });
});

test("what is noted during a change is written after it, also where the change fails", () => {
  using folder = temporaryFolder();
  const endpoint = { dnsName: "a.io", recordType: "A" };
  const failing = {
    dnsName: "b.io",
    recordType: "A",
    toJSON: (): never => {
      throw new Error("in the middle");
    },
  };
  const mutation = (create: Endpoint[]) => planMutation({ create, updateOld: [], updateNew: [], delete: [] });
  {
    using store = openStore({ folder: folder.path, now: () => 0 });
    store.configure(cluster, initialSettings);
    const many = Array.from({ length: 100 }, (_, index) => ({ ...endpoint, dnsName: `n${index}.io` }));
    const steps = store.applyInSteps(cluster, watchFeed, mutation([...many, failing]));
    steps.next();
    store.memory.negotiated(externalDNS, { at: 7, include: ["a.io"] });
    store.memory.heard(externalDNS, call);
    expect(() => {
      while (steps.next().done !== true);
    }).toThrow("in the middle");
    expect(store.memory.negotiation(externalDNS)).toEqual({ at: 7, include: ["a.io"] });
    store.apply(cluster, watchFeed, mutation([endpoint]));
  }
  using store = openStore({ folder: folder.path, now: () => 0 });
  expect(store.memory.negotiation(externalDNS)).toEqual({ at: 7, include: ["a.io"] });
  expect(store.memory.contact(externalDNS)).toMatchObject({ heardAt: 10 });
});
