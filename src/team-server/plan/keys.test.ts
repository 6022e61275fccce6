import { expect, test } from "vitest";
import type { ClusterName } from "../../records/cluster.ts";
import { clusterKey, headKey, isOwnProjection, metaKey, parseOwnKey, recordKey } from "./keys.ts";
import { nodePrefix } from "../../records/skydns-key.ts";

const cluster = "kind-a" as ClusterName;

test("each key is read back as what it is", () => {
  expect(parseOwnKey(metaKey)).toEqual({ kind: "meta" });
  expect(parseOwnKey(clusterKey(cluster))).toEqual({ kind: "cluster", cluster });
  expect(parseOwnKey(headKey(cluster))).toEqual({ kind: "head", cluster });
  expect(parseOwnKey(recordKey(cluster, "*.foo/bar.dtk.io"))).toEqual({
    kind: "record",
    cluster,
    name: "*.foo/bar.dtk.io",
  });
});

test.each([
  "/hostsfile-server/v2/meta",
  "/hostsfile-server/v1/",
  "/hostsfile-server/v1/heads/",
  "/hostsfile-server/v1/heads/a/b",
  "/hostsfile-server/v1/records/a",
  "/hostsfile-server/v1/records/A_B/foo",
  "/skydns/io/dtk/foo/hfs4",
])("%s is not ours", (key) => {
  expect(parseOwnKey(key)).toBeUndefined();
});

test("a name's keys in the projection have its labels in reverse", () => {
  expect(nodePrefix("/skydns", "foo.dtk.io")).toBe("/skydns/io/dtk/foo/");
});

test.each([
  ["/skydns/io/dtk/foo/hfs4", true],
  ["/skydns/io/dtk/foo/hfs6-12", true],
  ["/skydns/io/dtk/dns/apex/hfs0", true],
  ["/skydns/io/dtk/foo/1a2b3c4d", false],
  ["/skydns/io/dtk/hfs4/1a2b3c4d", false],
  ["/skydns/io/dtk/foo/hfs5", false],
])("%s is published by us: %s", (key, isOurs) => {
  expect(isOwnProjection(key)).toBe(isOurs);
});
