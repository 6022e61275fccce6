/** `hostsfile-server demo --watch`: the same without ExternalDNS, with the real watcher and server; only the cluster's API is simulated. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { parseKubeconfig, type Kubeconfig } from "../../kubernetes/kubeconfig-file.ts";
import type { UserName } from "../../records/user.ts";
import { noMemory } from "../../sources/kubernetes/cluster-memory.ts";
import type { KubernetesObject } from "../../sources/kubernetes/object.ts";
import { openServer } from "../../sources/kubernetes/server-port.ts";
import { type SimulatedAPI, startSimulatedAPI } from "../../sources/kubernetes/simulated-api.ts";
import { systemClock } from "../../sources/kubernetes/system-clock.ts";
import { gatewayKind } from "../../sources/kubernetes/translate/gateway.ts";
import { ingressKind } from "../../sources/kubernetes/translate/ingress.ts";
import { kinds } from "../../sources/kubernetes/translate/kinds.ts";
import { nodeKind } from "../../sources/kubernetes/translate/node.ts";
import { httpRouteKind } from "../../sources/kubernetes/translate/route.ts";
import { serviceKind } from "../../sources/kubernetes/translate/service.ts";
import { Watcher, type WatcherNotice } from "../../sources/kubernetes/watcher.ts";
import { type PlayedStep, type Stage, type Step, findLine, changedLines, playStory } from "./demo-stage.ts";
import { describeNotice } from "./watch-text.ts";

interface Scene extends Stage {
  readonly api: SimulatedAPI;
  readonly watcher: Watcher;
  /** What the watcher has said. */
  readonly heard: readonly WatcherNotice[];
}

/** As a user writes them: without an annotation, and without a status. */
const ingress: KubernetesObject = {
  metadata: { name: "test", namespace: "default" },
  spec: { rules: [{ host: "foo.dtk.io" }] },
};
const gateway: KubernetesObject = {
  metadata: { name: "web", namespace: "default" },
  spec: { listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
};
const route: KubernetesObject = {
  metadata: { name: "bar", namespace: "default" },
  spec: { hostnames: ["bar.dtk.io"], parentRefs: [{ name: "web" }] },
};

const steps: readonly Step<Scene>[] = [
  {
    text: "You create a cluster, and its context appears in your kubeconfig.",
    act: async (scene) => {
      await scene.watcher.update(kubeconfigOf(scene.api.url));
      await until(scene, () => scene.watcher.clusters.every(({ feed }) => feed.session.isSettled));
      return `The watcher follows the API at ${scene.api.url}.`;
    },
  },
  {
    text: "kubectl apply: an Ingress, as it is.",
    act: async (scene) => {
      scene.api.apply(ingressKind, ingress);
      return follow(scene, ["foo.dtk.io"]);
    },
  },
  {
    text: "kubectl apply: a Gateway and an HTTPRoute.",
    act: async (scene) => {
      scene.api.apply(gatewayKind, gateway);
      scene.api.apply(httpRouteKind, route);
      return follow(scene, ["bar.dtk.io", "foo.dtk.io"]);
    },
  },
  { text: "curl https://foo.dtk.io finds the cluster.", act: async (scene) => findLine(scene, "foo.dtk.io") },
  {
    text: "kubectl delete ingress test",
    act: async (scene) => {
      scene.api.remove(ingressKind, "default/test");
      return follow(scene, ["bar.dtk.io"]);
    },
  },
  {
    text: "You delete the cluster. Its context goes, and so do its names.",
    act: async (scene) => {
      await scene.watcher.update(parseKubeconfig("{}", "/"));
      return follow(scene, []);
    },
  },
];

/**
 * Plays it and prints each step.
 *
 * @returns 0, or 1 when the file was not the user's own again in the end
 */
export async function demoOfWatch(given: { readonly json: boolean | undefined }): Promise<number> {
  return playStory({ introduce: introduction, open, steps, render: renderStep }, given);
}

async function open(stage: Stage): Promise<Scene & AsyncDisposable> {
  const api = await startSimulatedAPI([
    ...new Set([ingressKind, httpRouteKind, ...httpRouteKind.looksAt, serviceKind, nodeKind]),
  ]);
  const stop = new AbortController();
  const heard: WatcherNotice[] = [];
  const place = { host: "127.0.0.1", port: stage.daemon.port, token: undefined };
  const watcher = new Watcher({
    named: [],
    all: false,
    isLocal: async () => Promise.resolve(true),
    server: openServer(place, "you" as UserName),
    kinds,
    domains: ["dtk.io"],
    targets: "cluster",
    classes: undefined,
    namespaces: [],
    clock: systemClock,
    signal: stop.signal,
    connectUnusually: async () => Promise.reject(new Error("the demo runs no program")),
    memory: noMemory,
    onNotice: (notice) => heard.push(notice),
  });
  return {
    ...stage,
    api,
    watcher,
    heard,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await watcher.stop();
      await api[Symbol.asyncDispose]();
    },
  };
}

/** Milliseconds until the demo gives up, and between looks. */
const patience = 20_000;
const interval = 5;

/** Waits until the hosts file has these names and no others of the cluster, and returns what the watcher said of it. */
async function follow(scene: Scene, names: readonly string[]): Promise<string> {
  const told = (): readonly WatcherNotice[] => scene.heard.filter(isOfNames);
  const before = told().length;
  await until(scene, async () => {
    const lines = (await readFile(scene.hostsFile, "utf8")).split("\n").filter((line) => line.endsWith(".dtk.io"));
    return told().length > before && lines.map((line) => line.split(" ")[1]).join() === names.join();
  });
  return told().slice(-1).flatMap(describeNotice).join(" ");
}

/** Whether it says that names came or went. */
function isOfNames(notice: WatcherNotice): boolean {
  return "forgotten" in notice || ("notice" in notice && notice.notice.kind === "published");
}

async function until(scene: Scene, isDone: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + patience;
  while (!(await isDone())) {
    if (Date.now() > end) {
      const said = scene.heard.flatMap(describeNotice).join(" ");
      throw new Error(`The demo did not go on. The watcher said: ${said}`);
    }
    await sleep(interval);
  }
}

function kubeconfigOf(server: string): Kubeconfig {
  const name = "kind-demo";
  const file = {
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  return parseKubeconfig(JSON.stringify(file), "/");
}

function introduction({ hostsFile, daemon }: Stage): string {
  return `The story without ExternalDNS: a server at ${daemon.address} writes ${hostsFile}, and the watcher reads a simulated cluster.\n`;
}

function renderStep(played: PlayedStep): string {
  const { step, text, answer = "" } = played;
  return [`${step}. ${text}`, ...[answer, ...changedLines(played)].map((line) => `     ${line}`), ""].join("\n");
}
