/** The order of an installation: what a removal needs is remembered before anything is done, and made exact afterwards. */
import { describe, expect, test } from "vitest";
import { clusterOf, statusOf } from "../../../test/support/status.ts";
import type { Server } from "../../client/server.ts";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { type ClusterName, defaultCluster } from "../../records/cluster.ts";
import type { ManagedDomain } from "../../records/managed-domain.ts";
import type { InstallRecord } from "../release/record.ts";
import { install } from "./install.ts";
import type { Intent } from "./intent.ts";
import type { Plan } from "./plan.ts";
import type { Installed, Situation } from "./situation.ts";

const shape = { version: "1.20.0", appVersion: "0.21.0" };
const release = { inputs: "now", chart: "content 1", shape, action: "nothing", values: "", parameters: [] };

interface Case {
  readonly installed?: Partial<Installed>;
  readonly cluster?: ClusterName;
  readonly domains?: readonly string[];
  readonly token?: string | undefined;
  readonly tokenChanges?: boolean;
  /** Whether the server takes what it is told. */
  readonly isRefused?: boolean;
}

/** Installs, and returns what was done, in its order: each write of the cluster with what of the record it has, each change of the server. */
async function installing({
  installed = {},
  cluster = defaultCluster,
  domains = ["dtk.io"],
  token,
  tokenChanges = false,
  isRefused = false,
}: Case) {
  const done: (string | readonly [string, Partial<InstallRecord>])[] = [];
  const api: KubernetesAPI = {
    server: "https://192.0.2.1:6443",
    read: async () => undefined,
    send: async ({ method = "GET", path, body }) => {
      const { metadata } = (body ?? {}) as { metadata?: { annotations?: Record<string, string | null> } };
      const text = metadata?.annotations?.["hostsfile-server/dtk"];
      done.push(text ? [`${method} ${path}`, JSON.parse(text) as InstallRecord] : `${method} ${path}`);
      return "{}";
    },
  };
  const told = clusterOf({ name: cluster, clusterIPs: ["192.0.2.7"], domains: [...domains] });
  const server = {
    change: async (method: string, path: string, body?: string) => {
      done.push(`server ${method} ${path} ${body}`);
      if (isRefused) throw new Error("refused");
    },
    status: async () => statusOf({ clusters: [told] }),
  } as unknown as Server;
  const settings = { clusterIPs: ["192.0.2.7"], domains: domains as readonly ManagedDomain[], targets: "cluster" };
  const before: Installed = {
    namespace: { exists: false, record: undefined },
    token: undefined,
    revision: { revision: 2, status: "deployed" },
    workload: { deployment: undefined, pods: [] },
    ...installed,
  };
  const steps = [{ sentence: "manage", method: "POST", path: "/domains", body: domains.join(",") }];
  const plan = { wanted: { cluster, settings, before: undefined }, steps, token, tokenChanges, release };
  const said: string[] = [];
  const outcome = await install(
    { cluster, domains } as unknown as Intent,
    { api, server, installed: before } as unknown as Situation,
    plan as unknown as Plan,
    (line) => said.push(line),
  ).catch((error: unknown) => error);
  return { done, said, outcome };
}

const namespace = "/api/v1/namespaces/external-dns";
const known: InstallRecord = {
  cluster: defaultCluster,
  domains: ["dtk.io"],
  ownsNamespace: true,
  release: { inputs: "now", revision: 2, chart: "content 1", shape: shape as never },
};

test("the first time the namespace comes with what the server will be told, and the end adds the release", async () => {
  const { done, said } = await installing({});
  expect(done).toEqual([
    ["POST /api/v1/namespaces", { cluster: "default", domains: ["dtk.io"], ownsNamespace: true }],
    "server POST /domains dtk.io",
    [`PATCH ${namespace}`, known],
  ]);
  expect(said).toEqual(["Server: manage."]);
});

test("a namespace that was there is not dtk's, now or later", async () => {
  const there = await installing({ installed: { namespace: { exists: true, record: undefined } } });
  expect(there.done[0]).toEqual([`PATCH ${namespace}`, expect.objectContaining({ ownsNamespace: false })]);
  const record = { ...known, ownsNamespace: false, domains: ["old.io"] };
  const again = await installing({ installed: { namespace: { exists: true, record } } });
  expect(again.done.at(-1)).toEqual([`PATCH ${namespace}`, { ...known, ownsNamespace: false }]);
});

test("until the server was told, the domains of before and of now are both remembered", async () => {
  const record = { ...known, domains: ["old.io"] };
  const { done } = await installing({ installed: { namespace: { exists: true, record } } });
  expect(done).toEqual([
    [`PATCH ${namespace}`, { ...record, domains: ["old.io", "dtk.io"] }],
    "server POST /domains dtk.io",
    [`PATCH ${namespace}`, known],
  ]);
});

test("a cluster that gets another name is remembered under the one that the server knows until that is told", async () => {
  const namespaceState = { exists: true, record: known } as const;
  const { done } = await installing({ installed: { namespace: namespaceState }, cluster: "kind-a" as ClusterName });
  const records = done.filter((each) => typeof each !== "string").map(([, record]) => record.cluster);
  expect(records).toEqual(["kind-a"]);
  expect(done.indexOf("server POST /domains dtk.io")).toBe(0);
});

test("what is remembered already is not written again", async () => {
  const { done } = await installing({ installed: { namespace: { exists: true, record: known } } });
  expect(done).toEqual(["server POST /domains dtk.io"]);
});

test("after a server that refuses, nothing more is done, and what it was asked is remembered", async () => {
  const { done, outcome } = await installing({ isRefused: true, token: "secret", tokenChanges: true });
  expect(outcome).toEqual(new Error("refused"));
  expect(done).toEqual([
    ["POST /api/v1/namespaces", { cluster: "default", domains: ["dtk.io"], ownsNamespace: true }],
    "server POST /domains dtk.io",
  ]);
});

describe("the token's Secret", () => {
  const installed = { namespace: { exists: true, record: known } } as const;
  const path = `${namespace}/secrets/hostsfile-server-webhook`;

  test.each<[string, Case, readonly string[], string]>([
    ["comes", { token: "secret", tokenChanges: true }, [`PATCH ${path}`], "Putting the webhook token into a Secret."],
    [
      "goes",
      { tokenChanges: true, installed: { ...installed, token: "old" } },
      [`DELETE ${path}`],
      "Removing the token's Secret.",
    ],
  ])("%s after the server was told", async (_, part, requests, sentence) => {
    const { done, said } = await installing({ installed, ...part });
    expect(done).toEqual(["server POST /domains dtk.io", ...requests]);
    expect(said).toEqual(["Server: manage.", sentence]);
  });

  test("is left alone where nothing changes", async () => {
    const { done } = await installing({ installed: { ...installed, token: "secret" }, token: "secret" });
    expect(done).toEqual(["server POST /domains dtk.io"]);
  });
});
