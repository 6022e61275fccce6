/** The watcher with a simulated API and a server in memory: clusters come, go, and are made anew. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type MemoryServer, makeMemoryServer } from "../../../test/support/server-memory.ts";
import { type Kubeconfig, parseKubeconfig } from "../../kubernetes/kubeconfig-file.ts";
import type { TargetChoice } from "../../kubernetes/cluster-ip/target-choice.ts";
import type { ClusterName } from "../../records/cluster.ts";
import type { KubernetesObject } from "./object.ts";
import { type SimulatedAPI, startSimulatedAPI } from "./simulated-api.ts";
import { systemClock } from "./system-clock.ts";
import { ingressKind } from "./translate/ingress.ts";
import { kinds } from "./translate/kinds.ts";
import { nodeKind } from "./translate/node.ts";
import { serviceKind } from "./translate/service.ts";
import { Watcher, type WatcherNotice } from "./watcher.ts";

function ingress(name: string, ...hosts: readonly string[]): KubernetesObject {
  return { metadata: { name, namespace: "default" }, spec: { rules: hosts.map((host) => ({ host })) } };
}

/** A kubeconfig with contexts that lead to these API servers. */
function config(servers: Readonly<Record<string, string>>): Kubeconfig {
  const names = Object.keys(servers);
  const file = {
    clusters: names.map((name) => ({ name, cluster: { server: servers[name] } })),
    users: [{ name: "u", user: {} }],
    contexts: names.map((name) => ({ name, context: { cluster: name, user: "u" } })),
  };
  return parseKubeconfig(JSON.stringify(file), "/");
}

interface Scene extends AsyncDisposable {
  readonly server: MemoryServer;
  readonly watcher: Watcher;
  readonly notices: readonly WatcherNotice[];
}

const patience = { timeout: 20_000 };

interface Given {
  readonly server?: MemoryServer;
  /** Clusters that a watcher before this one fed. */
  readonly remembered?: readonly string[];
  readonly domains?: readonly string[] | undefined;
  readonly targets?: TargetChoice;
}

function open(given: Given = {}): Scene {
  const { server = makeMemoryServer(), remembered = [], targets } = given;
  const stop = new AbortController();
  const notices: WatcherNotice[] = [];
  const memory = new Map(remembered.map((name) => [name, { name: name as ClusterName, context: name }]));
  const watcher = new Watcher({
    named: [],
    all: false,
    isLocal: async () => Promise.resolve(true),
    server,
    kinds,
    domains: "domains" in given ? given.domains : ["io"],
    targets,
    classes: undefined,
    namespaces: [],
    clock: systemClock,
    signal: stop.signal,
    connectUnusually: async () => Promise.reject(new Error("no program is run here")),
    memory: {
      clusters: () => [...memory.values()],
      remember: (clusters) => clusters.forEach(({ name, context }) => memory.set(name, { name, context })),
      drop: (name) => memory.delete(name),
    },
    onNotice: (notice) => notices.push(notice),
  });
  return {
    server,
    watcher,
    notices,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await watcher.stop();
    },
  };
}

async function apiWith(...objects: readonly KubernetesObject[]): Promise<SimulatedAPI> {
  const api = await startSimulatedAPI(kinds);
  for (const object of objects) api.apply(ingressKind, object);
  return api;
}

test("names follow the objects of two clusters", async () => {
  await using one = await apiWith(ingress("a", "a.io"));
  await using two = await apiWith(ingress("b", "b.io"));
  await using scene = open();
  await scene.watcher.update(config({ one: one.url, two: two.url }));
  await expect.poll(scene.server.names, patience).toEqual({ one: "a.io", two: "b.io" });
  one.apply(ingressKind, ingress("a", "a.io", "c.io"));
  two.remove(ingressKind, "default/b");
  await expect.poll(scene.server.names, patience).toEqual({ one: "a.io,c.io", two: "" });
});

test("a context that goes takes its names along, and one that comes is watched", async () => {
  await using one = await apiWith(ingress("a", "a.io"));
  await using two = await apiWith(ingress("b", "b.io"));
  await using scene = open();
  await scene.watcher.update(config({ one: one.url }));
  await expect.poll(scene.server.names, patience).toEqual({ one: "a.io" });
  await scene.watcher.update(config({ two: two.url }));
  await expect.poll(scene.server.names, patience).toEqual({ two: "b.io" });
  await scene.watcher.update(config({ one: one.url, two: two.url }));
  await expect.poll(scene.server.names, patience).toEqual({ one: "a.io", two: "b.io" });
});

test("a context that went while no watcher ran takes its names along", async () => {
  const server = makeMemoryServer();
  await server.addDomains("old" as ClusterName, ["io"]);
  await using one = await apiWith(ingress("a", "a.io"));
  await using scene = open({ server, remembered: ["old"] });
  await scene.watcher.update(config({ one: one.url }));
  await expect.poll(scene.server.names, patience).toEqual({ one: "a.io" });
});

test("a cluster that is merely stopped keeps its names", async () => {
  const one = await apiWith(ingress("a", "a.io"));
  await using scene = open();
  await scene.watcher.update(config({ one: one.url }));
  await expect.poll(scene.server.names, patience).toEqual({ one: "a.io" });
  await one[Symbol.asyncDispose]();
  await sleep(500);
  expect(scene.server.requests).toEqual(["one +a.io"]);
  await using again = await startSimulatedAPI(kinds, Number(new URL(one.url).port));
  again.uid = one.uid;
  again.apply(ingressKind, ingress("b", "b.io"));
  await expect.poll(scene.server.names, patience).toEqual({ one: "b.io" });
});

test("a cluster made anew at the same address replaces its names in one change", async () => {
  await using one = await apiWith(ingress("a", "a.io"), ingress("b", "b.io"));
  await using scene = open();
  await scene.watcher.update(config({ one: one.url }));
  await expect.poll(scene.server.names, patience).toEqual({ one: "a.io,b.io" });
  one.uid = crypto.randomUUID();
  one.remove(ingressKind, "default/a");
  await expect.poll(scene.server.names, patience).toEqual({ one: "b.io" });
  one.apply(ingressKind, ingress("c", "c.io"));
  await expect.poll(scene.server.names, patience).toEqual({ one: "b.io,c.io" });
  one.cut();
  await expect.poll(() => scene.notices.map((each) => "notice" in each && each.notice.kind)).toContain("made-anew");
  one.apply(ingressKind, ingress("d", "d.io"));
  await expect.poll(scene.server.names, patience).toEqual({ one: "b.io,c.io,d.io" });
  expect(scene.server.requests.flatMap((each) => each.match(/-b\.io|-c\.io/g) ?? [])).toEqual([]);
});

test("one made anew elsewhere, as its kubeconfig says, replaces them in one change too", async () => {
  await using one = await apiWith(ingress("a", "a.io"), ingress("b", "b.io"));
  await using two = await apiWith(ingress("x", "b.io"), ingress("y", "y.io"));
  await using scene = open();
  await scene.watcher.update(config({ one: one.url }));
  await expect.poll(scene.server.names, patience).toEqual({ one: "a.io,b.io" });
  await scene.watcher.update(config({ one: two.url }));
  await expect.poll(scene.server.names, patience).toEqual({ one: "b.io,y.io" });
  expect(scene.server.requests.slice(1)).toEqual(["one +y.io -a.io ~b.io"]);
});

test("connections that are cut again and again lose no name", async () => {
  await using one = await apiWith(ingress("a", "a.io"));
  await using scene = open();
  await scene.watcher.update(config({ one: one.url }));
  await expect.poll(scene.server.names, patience).toEqual({ one: "a.io" });
  for (let round = 0; round < 20; round++) {
    one.apply(ingressKind, ingress(`r${round}`, `r${round}.io`));
    if (round > 0) one.remove(ingressKind, `default/r${round - 1}`);
    one.cut();
    await sleep(round * 5);
  }
  await expect.poll(scene.server.names, patience).toEqual({ one: "a.io,r19.io" });
  expect(scene.server.requests.filter((each) => each.includes("-a.io"))).toEqual([]);
});

test("records of another time that nothing asks for go when all is known", async () => {
  const server = makeMemoryServer();
  const stale = {
    dnsName: "stale.io",
    recordType: "CNAME",
    targets: ["stale.io"],
    labels: { resource: "ingress/default/gone" },
  };
  await server.addDomains("one" as ClusterName, ["io"]);
  await server.records("one" as ClusterName).change({ create: [stale], updateOld: [], updateNew: [], delete: [] });
  await using one = await apiWith(ingress("a", "a.io"));
  await using scene = open({ server });
  await scene.watcher.update(config({ one: one.url }));
  await expect.poll(scene.server.names, patience).toEqual({ one: "a.io" });
});

test("where names point follows a node that moves while nothing else changes", async () => {
  await using one = await apiWith(ingress("a", "a.io"));
  const moveNode = (address: string): void => {
    one.apply(nodeKind, { metadata: { name: "n" }, status: { addresses: [{ type: "InternalIP", address }] } });
  };
  moveNode("127.0.0.5");
  await using scene = open();
  await scene.watcher.update(config({ one: one.url }));
  const addresses = async (): Promise<readonly string[]> => scene.server.clusterIPs("one" as ClusterName);
  await expect.poll(addresses, patience).toEqual(["127.0.0.5"]);
  moveNode("127.0.0.6");
  await expect.poll(addresses, patience).toEqual(["127.0.0.6"]);
});

test("names stay while another context of the same cluster takes over", async () => {
  await using one = await apiWith(ingress("a", "a.io"));
  await using scene = open();
  const both = (names: readonly string[]): Kubeconfig => {
    const { clusters, users } = config({ one: one.url });
    const contexts = new Map(names.map((name) => [name, { value: { cluster: "one", user: "u" }, folder: "/" }]));
    return { currentContext: undefined, clusters, users, contexts };
  };
  await scene.watcher.update(both(["x", "y"]));
  await expect.poll(scene.server.names, patience).toEqual({ x: "a.io" });
  await scene.watcher.update(both(["a", "x", "y"]));
  expect(scene.watcher.feeds.map(({ name }) => String(name))).toEqual(["x"]);
  await scene.watcher.update(both(["y"]));
  await expect.poll(scene.server.names, patience).toEqual({ y: "a.io" });
  const order = scene.notices.flatMap((notice) => {
    if ("forgotten" in notice) return [`-${notice.forgotten}`];
    return "notice" in notice && notice.notice.kind === "published" ? [`+${notice.cluster}`] : [];
  });
  expect(order).toEqual(["+x", "+y", "-x"]);
});

test("a context that was written differently before has its cluster's names still", async () => {
  await using one = await apiWith(ingress("a", "a.io"));
  await using scene = open({ remembered: ["one"] });
  await scene.server.addDomains("one" as ClusterName, ["io"]);
  await scene.watcher.update(config({ One: one.url }));
  await expect.poll(scene.server.names, patience).toEqual({ one: "a.io" });
  expect(scene.notices.filter((notice) => "forgotten" in notice)).toEqual([]);
});

test("two contexts that would have one name are told apart, which is said", async () => {
  await using one = await apiWith(ingress("a", "a.io"));
  await using two = await apiWith(ingress("b", "b.io"));
  await using scene = open();
  await scene.watcher.update(config({ one: one.url, One: two.url }));
  const [renamed] = scene.notices.flatMap((notice) => ("renamed" in notice ? [notice.renamed] : []));
  expect(renamed).toMatchObject({ context: "One", holder: "one" });
  await expect.poll(scene.server.names, patience).toEqual({ one: "a.io", [String(renamed?.name)]: "b.io" });
});

test("without a domain nothing is handed in, and the way out is said", async () => {
  await using one = await apiWith(ingress("a", "a.io"));
  await using scene = open({ domains: undefined });
  await scene.watcher.update(config({ one: one.url }));
  await expect.poll(() => JSON.stringify(scene.notices), patience).toContain("no-domains");
  await scene.server.addDomains("default" as ClusterName, ["io"]);
  await expect.poll(scene.server.names, patience).toEqual({ default: "", one: "a.io" });
});

/** As MetalLB hands an address to a Service. */
const balanced: KubernetesObject = {
  metadata: { name: "db", namespace: "default" },
  spec: { type: "LoadBalancer", ports: [{ port: 5432 }] },
  status: { loadBalancer: { ingress: [{ ip: "192.0.2.77" }] } },
};

test("the target mode follows the cluster: records' own addresses where a Service has one", async () => {
  await using one = await apiWith(ingress("a", "a.io"));
  await using scene = open();
  await scene.watcher.update(config({ one: one.url }));
  await expect.poll(scene.server.names, patience).toEqual({ one: "a.io" });
  const targets = async (): Promise<string> => scene.server.targets("one" as ClusterName);
  expect(await targets()).toBe("cluster");
  one.apply(serviceKind, balanced);
  await expect.poll(targets, patience).toBe("record");
  one.remove(serviceKind, "default/db");
  await expect.poll(targets, patience).toBe("cluster");
});

test("a target mode that somebody gave the server stays, unless the watcher was told one", async () => {
  await using one = await apiWith(ingress("a", "a.io"));
  one.apply(serviceKind, balanced);
  const name = "one" as ClusterName;
  const server = makeMemoryServer();
  server.give(name, { addresses: ["127.0.0.9"], targets: "cluster" });
  const sees = async (targets: TargetChoice | undefined): Promise<string> => {
    await using scene = open({ server, ...(targets !== undefined && { targets }) });
    await scene.watcher.update(config({ one: one.url }));
    await scene.watcher.feeds[0]?.inStep(AbortSignal.timeout(20_000));
    return server.targets(name);
  };
  expect(await sees(undefined)).toBe("cluster");
  expect(await server.clusterIPs(name)).toEqual(["127.0.0.9"]);
  expect(await sees("auto")).toBe("record");
});

test("a server that lost a cluster has it made again, with where its names point", async () => {
  await using one = await apiWith(ingress("a", "a.io"));
  one.apply(nodeKind, {
    metadata: { name: "n" },
    status: { addresses: [{ type: "InternalIP", address: "127.0.0.5" }] },
  });
  await using scene = open();
  const { server, watcher } = scene;
  await watcher.update(config({ one: one.url }));
  const addresses = async (): Promise<readonly string[]> => server.clusterIPs("one" as ClusterName);
  await expect.poll(addresses, patience).toEqual(["127.0.0.5"]);
  await expect.poll(server.names, patience).toEqual({ one: "a.io" });
  server.lose();
  one.apply(ingressKind, ingress("b", "b.io"));
  await expect.poll(server.names, patience).toEqual({ one: "a.io,b.io" });
  await expect.poll(addresses, patience).toEqual(["127.0.0.5"]);
});

test("a target mode that was named holds, whatever the cluster has", async () => {
  await using one = await apiWith(ingress("a", "a.io"));
  await using scene = open({ targets: "record" });
  await scene.watcher.update(config({ one: one.url }));
  await expect.poll(async () => scene.server.targets("one" as ClusterName), patience).toBe("record");
});
