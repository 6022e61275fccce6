/** Plans are carried out on a model of etcd, in which a transaction takes place whole or not at all. */
import { expect, test } from "vitest";
import { ModelEtcd, stamp } from "../../../test/support/model-etcd.ts";
import { settings } from "../../../test/support/store-records.ts";
import { type ClusterName, defaultCluster } from "../../records/cluster.ts";
import { planMutation } from "../../records/endpoint.ts";
import { externalDNSFeed, watchFeed } from "../../records/feed.ts";
import { type Wish, planWish } from "./plan.ts";

const other = "other" as ClusterName;

function create(cluster: ClusterName, ...names: readonly string[]): Wish {
  const endpoints = names.map((dnsName) => ({ dnsName, recordType: "CNAME", targets: [dnsName] }));
  const mutation = planMutation({ create: endpoints, updateOld: [], updateNew: [], delete: [] });
  return { kind: "apply", cluster, feed: externalDNSFeed, mutation };
}

function remove(cluster: ClusterName, ...names: readonly string[]): Wish {
  const endpoints = names.map((dnsName) => ({ dnsName, recordType: "CNAME" }));
  const mutation = planMutation({ create: [], updateOld: [], updateNew: [], delete: endpoints });
  return { kind: "apply", cluster, feed: externalDNSFeed, mutation };
}

function teamOf(...clusters: readonly ClusterName[]): ModelEtcd {
  const etcd = new ModelEtcd();
  for (const cluster of clusters) etcd.grant({ kind: "configure", cluster, settings: settings() });
  etcd.show();
  return etcd;
}

test("a name is stored and published in one transaction", () => {
  const etcd = teamOf(defaultCluster);
  const chunks = planWish(etcd.store(), create(defaultCluster, "foo.dtk.io"), stamp("t"));
  expect(chunks).toHaveLength(1);
  expect(chunks[0]?.puts.map(({ key }) => key)).toEqual([
    "/hostsfile-server/v1/records/default/foo.dtk.io",
    "/skydns/io/dtk/foo/hfs4",
    "/hostsfile-server/v1/heads/default",
  ]);
});

test("what is wished twice is planned once", () => {
  const etcd = teamOf(defaultCluster);
  const wish = create(defaultCluster, "foo.dtk.io", "bar.dtk.io");
  etcd.grant(wish);
  expect(planWish(etcd.store(), wish, stamp("t"))).toEqual([]);
  expect(
    planWish(etcd.store(), { kind: "configure", cluster: defaultCluster, settings: settings() }, stamp("t")),
  ).toEqual([]);
});

test("what is published with a change is what the view says afterwards", () => {
  const etcd = teamOf(defaultCluster);
  const names = Array.from({ length: 200 }, (_, index) => `n${index}.${index % 3 === 0 ? "sub." : ""}dtk.io`);
  etcd.grant(create(defaultCluster, ...names));
  expect(etcd.show()).toEqual([]);
  etcd.grant(remove(defaultCluster, ...names.slice(50)));
  expect(etcd.show()).toEqual([]);
  expect([...etcd.keys.keys()].filter((key) => key.endsWith("/hfs4"))).toHaveLength(50);
});

test("a contested name stays with who is published, and goes to the next when that one lets it go", () => {
  const etcd = teamOf(defaultCluster, other);
  const key = "/skydns/io/dtk/foo/hfs4";
  const holder = (): unknown => (JSON.parse(etcd.keys.get(key)?.text ?? "{}") as { readonly cluster?: string }).cluster;
  etcd.grant(create(other, "foo.dtk.io"));
  etcd.grant(create(defaultCluster, "foo.dtk.io"));
  expect(holder()).toBe("other");
  etcd.grant(remove(other, "foo.dtk.io"));
  expect(holder()).toBe("default");
  etcd.grant(create(other, "foo.dtk.io"));
  expect(holder()).toBe("default");
  expect(etcd.show()).toEqual([]);
});

test("without anybody published, who wanted the name first has it on every server", () => {
  const etcd = teamOf(defaultCluster, other);
  etcd.grant(create(other, "foo.dtk.io"));
  etcd.grant(create(defaultCluster, "foo.dtk.io"));
  for (const key of etcd.keys.keys()) if (key.startsWith("/skydns/")) etcd.keys.delete(key);
  etcd.show();
  expect(etcd.keys.get("/skydns/io/dtk/foo/hfs4")?.text).toContain('"cluster":"other"');
});

test("what comes anew wants the name after all who are there, also where nobody is published", () => {
  const etcd = teamOf(defaultCluster, other);
  etcd.grant(create(other, "foo.dtk.io"));
  etcd.keys.delete("/skydns/io/dtk/foo/hfs4");
  const [chunk] = planWish(etcd.store(), create(defaultCluster, "foo.dtk.io"), stamp("t"));
  const published = chunk?.puts.filter(({ key }) => key.startsWith("/skydns/")) ?? [];
  expect(published.filter(({ value }) => !value.includes('"cluster":"other"'))).toEqual([]);
});

test("planning leaves what should be published as it was", () => {
  const etcd = teamOf(defaultCluster);
  etcd.grant(create(defaultCluster, "foo.dtk.io", "x.bar.dtk.io"));
  const store = etcd.store();
  const before = new Map(store.projection.wanted);
  planWish(store, create(defaultCluster, "new.dtk.io", "bar.dtk.io"), stamp("t"));
  planWish(store, remove(defaultCluster, "foo.dtk.io", "x.bar.dtk.io"), stamp("t"));
  expect(new Map(store.projection.wanted)).toEqual(before);
});

test("of two changes of one cluster at a time the second is refused, and plans again", () => {
  const etcd = teamOf(defaultCluster);
  const [first] = planWish(etcd.store(), create(defaultCluster, "foo.dtk.io"), stamp("first"));
  const [second] = planWish(etcd.store(), create(defaultCluster, "bar.dtk.io"), stamp("second"));
  if (first === undefined || second === undefined) throw new Error("nothing is planned");
  expect(etcd.commit(first)).toBe(true);
  expect(etcd.commit(second)).toBe(false);
  etcd.grant(create(defaultCluster, "bar.dtk.io"));
  expect(etcd.show()).toEqual([]);
});

test("nothing is written once the store became another team's", () => {
  const etcd = teamOf(defaultCluster);
  const [chunk] = planWish(etcd.store(), create(defaultCluster, "foo.dtk.io"), stamp("t"));
  etcd.found("fedcba9876543210");
  expect(chunk && etcd.commit(chunk)).toBe(false);
});

test("a change that ends between two chunks is completed when it is asked for again", () => {
  const etcd = teamOf(defaultCluster);
  const names = Array.from({ length: 200 }, (_, index) => `n${index}.dtk.io`);
  const wish = create(defaultCluster, ...names);
  const [first, ...rest] = planWish(etcd.store(), wish, stamp("t"));
  expect(rest.length).toBeGreaterThan(1);
  expect(first && etcd.commit(first)).toBe(true);
  etcd.show();
  etcd.grant(wish);
  expect(etcd.show()).toEqual([]);
  expect([...etcd.store().namesOf(defaultCluster)]).toHaveLength(200);
});

test("between the first and the last, the chunks of a change may take place in any order", () => {
  const etcd = teamOf(defaultCluster);
  const names = Array.from({ length: 400 }, (_, index) => `n${index}.${index % 2 === 0 ? "sub." : ""}dtk.io`);
  const wish = create(defaultCluster, ...names);
  const chunks = planWish(etcd.store(), wish, stamp("t"));
  const between = chunks.slice(2, -1).filter(({ isAfterAll }) => !isAfterAll);
  expect(between.length).toBeGreaterThan(2);
  for (const chunk of [...chunks.slice(0, 2), ...between.toReversed()]) expect(etcd.commit(chunk)).toBe(true);
  // Nobody else can change the cluster meanwhile, without ending this change.
  etcd.grant(create(defaultCluster, "other.dtk.io"));
  const last = chunks.at(-1);
  expect(last && etcd.commit(last)).toBe(false);
  etcd.grant(wish);
  expect(etcd.show()).toEqual([]);
  expect([...etcd.store().namesOf(defaultCluster)]).toHaveLength(401);
});

test("a cluster that is forgotten leaves its head alone, and its settings go last", () => {
  const etcd = teamOf(defaultCluster, other);
  etcd.grant(create(other, "foo.dtk.io"));
  const chunks = planWish(etcd.store(), { kind: "forget", cluster: other }, stamp("t"));
  expect(chunks.at(-1)?.deletes).toContain("/hostsfile-server/v1/clusters/other");
  etcd.grant({ kind: "forget", cluster: other });
  expect([...etcd.keys.keys()].filter((key) => key.includes("/other"))).toEqual(["/hostsfile-server/v1/heads/other"]);
  etcd.show();
  expect([...etcd.keys.keys()].filter((key) => key.startsWith("/skydns/io/dtk/foo"))).toEqual([]);
});

test("each feed has its own records of a name", () => {
  const etcd = teamOf(defaultCluster);
  etcd.grant(create(defaultCluster, "foo.dtk.io"));
  etcd.grant({ ...create(defaultCluster, "foo.dtk.io"), feed: watchFeed } as Wish);
  etcd.grant(remove(defaultCluster, "foo.dtk.io"));
  expect([...Iterator.from(etcd.store().endpointsJSON(defaultCluster, externalDNSFeed))]).toEqual(["[]"]);
  expect([...Iterator.from(etcd.store().endpointsJSON(defaultCluster, watchFeed))].join("")).toContain("foo.dtk.io");
  etcd.show();
  expect(etcd.keys.has("/skydns/io/dtk/foo/hfs4")).toBe(true);
});
