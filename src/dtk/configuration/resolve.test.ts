/** A flag wins over the environment, that over the file, that over defaults; and each value says where it came from. */
import { expect, test } from "vitest";
import { parseClusterName } from "../../records/cluster.ts";
import { readConfiguration } from "./read.ts";
import { type GivenValues, renderOrigin, resolveConfiguration } from "./resolve.ts";

function resolve(text: string, given: GivenValues = {}) {
  const file = readConfiguration({ path: "/etc/dtk/config.yaml", text });
  return resolveConfiguration({ file, given, home: "/home/me" });
}

const kindA = parseClusterName("kind-a") ?? expect.fail();

test("what is not given anywhere has its default, or is left to be found out", () => {
  const { domains, port, cluster, targets, hostIP, clusterIPs, tokenFile, kubeconfig } =
    resolve("dns: {domain: dtk.io}");
  expect(domains.value).toEqual(["dtk.io"]);
  expect([port, cluster, targets]).toEqual([
    { value: 5000, origin: { kind: "default" } },
    { value: "default", origin: { kind: "default" } },
    { value: "auto", origin: { kind: "default" } },
  ]);
  for (const found of [hostIP, clusterIPs, tokenFile, kubeconfig]) {
    expect(found).toEqual({ value: undefined, origin: { kind: "default" } });
  }
});

test.each([
  ["--cluster", "flag"],
  ["DTK_CLUSTER", "environment"],
])("%s wins over the file, and is named", (source, kind) => {
  const { cluster } = resolve("dns: {domain: dtk.io, cluster: kind-b}", { cluster: { value: kindA, source } });
  expect(cluster).toEqual({ value: "kind-a", origin: { kind, name: source } });
  expect(renderOrigin(cluster.origin)).toBe(source);
});

test("what the file says wins over the default, and its place is named", () => {
  const { cluster } = resolve("dns:\n  domain: dtk.io\n  cluster: kind-b\n");
  expect(cluster.value).toBe("kind-b");
  expect(renderOrigin(cluster.origin)).toBe("/etc/dtk/config.yaml:3:12");
});

test.each([
  ["token", "/etc/dtk/token"],
  ["../token", "/etc/token"],
  ["/run/token", "/run/token"],
  ["~/token", "/home/me/token"],
  ["~me/token", "/etc/dtk/~me/token"],
])("the path %s in the file is %s", (path, expected) => {
  const { tokenFile, kubeconfig } = resolve(
    `dns: {domain: dtk.io, token-file: ${path}}\ncluster: {admin-kubeconfig: ${path}}`,
  );
  expect([tokenFile.value, kubeconfig.value]).toEqual([expected, expected]);
});

test("a path that is given as a flag stays as the user wrote it", () => {
  const { tokenFile } = resolve("dns: {domain: dtk.io}", { tokenFile: { value: "token", source: "--token-file" } });
  expect(tokenFile.value).toBe("token");
});
