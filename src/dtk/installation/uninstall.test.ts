/** What is taken away: all that is ours, nothing in which somebody else lives. */
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { defaultCluster, parseClusterName } from "../../records/cluster.ts";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import type { Installed } from "./situation.ts";
import { planRemoval } from "./uninstall.ts";

const kindA = parseClusterName("kind-a") ?? expect.fail();

/** A namespace with these things in it, by the last word of their path. */
function namespaceWith(things: Readonly<Record<string, readonly object[]>> = {}): KubernetesAPI {
  const answer = (path: string): string => JSON.stringify({ items: things[path.split("/").at(-1) ?? ""] ?? null });
  return {
    server: "https://192.0.2.1:6443",
    send: async ({ path }) => answer(path),
    read: async (path, shape) => z.parse(shape, JSON.parse(answer(path))),
  };
}

function named(name: string, labels: Readonly<Record<string, string>> = {}): object {
  return { metadata: { name, labels } };
}

const record = { cluster: defaultCluster, domains: ["dtk.io"], ownsNamespace: true };
const workload = { deployment: undefined, pods: [] };

function installed(changed: Partial<Installed> = {}): Installed {
  return { namespace: { exists: true, record }, token: "token", revision: undefined, workload, ...changed };
}

const known = { clusters: [], cluster: defaultCluster };

describe("the namespace", () => {
  const ofKubernetes = {
    configmaps: [named("kube-root-ca.crt")],
    serviceaccounts: [named("default"), named("external-dns", { "app.kubernetes.io/instance": "external-dns" })],
    secrets: [named("sh.helm.release.v1.external-dns.v1", { owner: "helm", name: "external-dns" })],
  };

  test("goes when nothing but ours and Kubernetes' own is in it", async () => {
    const { namespace } = await planRemoval({ ...known, api: namespaceWith(ofKubernetes), installed: installed() });
    expect(namespace).toEqual({ goes: true });
  });

  test.each([
    ["one thing of somebody's", { configmaps: [named("theirs")] }, "configmaps/theirs is in it"],
    ["several", { pods: [named("a"), named("b")], jobs: [named("c")] }, "pods/a and 2 more are in it"],
    ["another release", { secrets: [named("x", { owner: "helm", name: "theirs" })] }, "secrets/x is in it"],
    ["an account like Kubernetes' own map", { serviceaccounts: [named("kube-root-ca.crt")] }, "is in it"],
  ])("stays with %s", async (_, things, why) => {
    const { namespace } = await planRemoval({ ...known, api: namespaceWith(things), installed: installed() });
    expect(namespace).toEqual({ goes: false, why: expect.stringContaining(why) });
  });

  test.each([
    ["that is not there", { exists: false, record: undefined } as const, "it is not there"],
    [
      "that was there before",
      { exists: true, record: { ...record, ownsNamespace: false } } as const,
      "dtk did not make it",
    ],
    ["of a release from before dtk", { exists: true, record: undefined } as const, "dtk did not make it"],
  ])("stays, one %s", async (_, namespace, why) => {
    const plan = await planRemoval({ ...known, api: namespaceWith(), installed: installed({ namespace }) });
    expect(plan.namespace).toEqual({ goes: false, why });
  });
});

describe("at the server", () => {
  const nothing = { domains: [], clusterIPs: [], records: {} };

  test.each([
    ["a domain", { ...nothing, domains: ["dtk.io"] }],
    ["a cluster IP", { ...nothing, clusterIPs: ["192.0.2.1"] }],
    ["records", { ...nothing, records: { A: 1 } }],
  ])("a cluster with %s is forgotten, under the name that dtk gave it", async (_, there) => {
    const namespace = { exists: true, record: { ...record, cluster: kindA } } as const;
    const clusters = [{ name: "kind-a", ...there }];
    const plan = await planRemoval({
      clusters,
      cluster: defaultCluster,
      api: namespaceWith(),
      installed: installed({ namespace }),
    });
    expect(plan.cluster).toBe(kindA);
  });

  test.each([
    ["one of which it has nothing", [{ name: "default", ...nothing }]],
    ["one that it does not know", []],
    ["any, when no server answers", undefined],
  ])("not %s", async (_, clusters) => {
    const plan = await planRemoval({ clusters, cluster: defaultCluster, api: namespaceWith(), installed: installed() });
    expect(plan.cluster).toBeUndefined();
  });
});
