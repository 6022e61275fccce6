/** What the watcher reports, with a simulated API: the states of a cluster, what changed, and nothing lost while the server is away. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { makeMemoryServer } from "../../../test/support/server-memory.ts";
import { type WatcherReport, watcherReportSchema } from "../../contract/watcher.ts";
import { parseKubeconfig } from "../../kubernetes/kubeconfig-file.ts";
import { noMemory } from "./cluster-memory.ts";
import type { KubernetesObject } from "./object.ts";
import { Reporter } from "./reporter.ts";
import { type SimulatedAPI, startSimulatedAPI } from "./simulated-api.ts";
import { systemClock } from "./system-clock.ts";
import { ingressKind } from "./translate/ingress.ts";
import { kinds } from "./translate/kinds.ts";
import { Watcher } from "./watcher.ts";

const patience = { timeout: 20_000 };

function ingress(name: string): KubernetesObject {
  return { metadata: { name, namespace: "default" }, spec: { rules: [{ host: `${name}.io` }] } };
}

interface Scene extends AsyncDisposable {
  readonly reports: readonly WatcherReport[];
  readonly last: () => WatcherReport | undefined;
  /** Whether the server takes reports. */
  isAway: boolean;
  readonly stop: () => Promise<void>;
}

/** Beside the cluster there is a context that leads elsewhere, and one that needs a program to log in. */
async function open(api: SimulatedAPI): Promise<Scene> {
  const stop = new AbortController();
  const reports: WatcherReport[] = [];
  const scene = { isAway: false };
  const reporter = new Reporter({
    watcher: () => watcher,
    send: async (report) => {
      if (scene.isAway) throw new Error("away");
      reports.push(watcherReportSchema.parse(JSON.parse(await Promise.resolve(JSON.stringify(report)))));
    },
    version: "1.2.3",
    clock: systemClock,
    signal: stop.signal,
  });
  const watcher = new Watcher({
    named: [],
    all: false,
    isLocal: async (host) => Promise.resolve(host === "127.0.0.1"),
    server: makeMemoryServer(),
    kinds,
    domains: ["io"],
    targets: "auto",
    classes: undefined,
    namespaces: [],
    clock: systemClock,
    signal: stop.signal,
    connectUnusually: async () => Promise.reject(new Error("no program is run here")),
    memory: noMemory,
    onActivity: (cluster, activity) => reporter.note(cluster, activity),
    onNotice: (notice) => {
      if ("notice" in notice && notice.notice.kind === "published") reporter.published(notice.notice.milliseconds);
    },
  });
  const servers = { "kind-a": api.url, elsewhere: "https://api.example.com", sso: "https://127.0.0.1:1" };
  const names = Object.keys(servers);
  const file = {
    clusters: Object.entries(servers).map(([name, server]) => ({ name, cluster: { server } })),
    users: names.map((name) => ({ name, user: name === "sso" ? { exec: { command: "/bin/false" } } : {} })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
  };
  await watcher.update(parseKubeconfig(JSON.stringify(file), "/"));
  const running = reporter.run();
  const end = async (): Promise<void> => {
    stop.abort();
    await watcher.stop();
    await running;
  };
  return Object.assign(scene, { reports, last: () => reports.at(-1), stop: end, [Symbol.asyncDispose]: end });
}

test("a cluster becomes live with its kinds and objects, and the contexts that are not watched come with their flags", async () => {
  await using api = await startSimulatedAPI(kinds);
  api.apply(ingressKind, ingress("a"));
  await using scene = await open(api);
  await expect.poll(() => scene.last()?.clusters[0]?.state, patience).toBe("live");
  const { clusters, contexts, pid, ended } = scene.last() ?? {};
  expect(clusters).toMatchObject([
    { name: "kind-a", context: "kind-a", server: api.url, uid: api.uid, reason: null, refused: null, madeAnew: null },
  ]);
  expect(clusters?.[0]?.kinds.find(({ kind }) => kind === "Ingress")).toMatchObject({
    group: "networking.k8s.io",
    version: "v1",
    state: "live",
    objects: 1,
    lastEvent: expect.stringMatching(/Z$/),
  });
  expect(contexts).toMatchObject([
    { name: "kind-a", watched: true, reason: null, flag: null },
    { name: "elsewhere", watched: false, reason: "not-local", flag: "--context=elsewhere" },
    { name: "sso", watched: false, reason: "login-program", flag: "--context=sso" },
  ]);
  expect([pid, ended]).toEqual([process.pid, false]);
  await scene.stop();
  expect(scene.last()?.ended).toBe(true);
});

test("an API server that goes is unreachable since then, and live again when it is back", async () => {
  const api = await startSimulatedAPI(kinds);
  await using scene = await open(api);
  await expect.poll(() => scene.last()?.clusters[0]?.state, patience).toBe("live");
  await api[Symbol.asyncDispose]();
  await expect.poll(() => scene.last()?.clusters[0]?.state, patience).toBe("unreachable");
  const since = scene.last()?.clusters[0]?.since ?? "";
  expect(scene.last()?.clusters[0]?.reason).toMatch(/does not answer/);
  await using again = await startSimulatedAPI(kinds, Number(new URL(api.url).port));
  again.uid = api.uid;
  await expect.poll(() => scene.last()?.clusters[0]?.state, patience).toBe("live");
  expect(Date.parse(scene.last()?.clusters[0]?.since ?? "")).toBeGreaterThan(Date.parse(since));
});

test("a cluster that was made anew is reported with the moment", async () => {
  await using api = await startSimulatedAPI(kinds);
  await using scene = await open(api);
  await expect.poll(() => scene.last()?.clusters[0]?.state, patience).toBe("live");
  expect(scene.last()?.clusters[0]?.madeAnew).toBeNull();
  api.uid = crypto.randomUUID();
  api.cut();
  await expect.poll(() => scene.last()?.clusters[0]?.madeAnew, patience).toMatch(/Z$/);
});

test("news add up to what happened, also over reports that the server did not take", async () => {
  await using api = await startSimulatedAPI(kinds);
  await using scene = await open(api);
  await expect.poll(() => scene.last()?.clusters[0]?.state, patience).toBe("live");
  for (let count = 0; count < 3; count++) api.apply(ingressKind, ingress(`a${count}`));
  await expect.poll(() => total(scene.reports), patience).toEqual({ events: 3, seconds: true });
  scene.isAway = true;
  for (let count = 0; count < 4; count++) api.apply(ingressKind, ingress(`b${count}`));
  await sleep(500);
  api.cut();
  await sleep(1_500);
  scene.isAway = false;
  api.apply(ingressKind, ingress("c"));
  await expect.poll(() => total(scene.reports).events, patience).toBe(8);
  expect(scene.reports.flatMap(({ news }) => news.relists).some(({ reason }) => reason === "disconnected")).toBe(true);
});

function total(reports: readonly WatcherReport[]): { readonly events: number; readonly seconds: boolean } {
  const events = reports.flatMap(({ news }) => news.events).filter(({ kind }) => kind === "Ingress");
  return {
    events: events.reduce((sum, { count }) => sum + count, 0),
    seconds: reports.some(({ news }) => news.seconds.some((each) => each >= 0 && each < 60)),
  };
}
