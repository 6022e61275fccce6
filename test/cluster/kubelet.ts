/**
 * Plays the kubelet: runs the real ExternalDNS with exactly what its pod says (arguments, environment with Secrets
 * resolved, service account), tells the API server how it goes, and serves the logs. Other pods run their commands as
 * they are.
 */
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { type Server, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod/mini";
import type { KubernetesAPI } from "../../src/kubernetes/api.ts";
import type { APIServer } from "./api-server.ts";
import { makeCertificates } from "./certificates.ts";
import { freePort } from "./eventually.ts";
import { type Program, run, startProgram } from "./program.ts";
import { externalDNSTool } from "./tools.ts";

const environmentSchema = z.array(
  z.object({
    name: z.string(),
    value: z.optional(z.string()),
    valueFrom: z.optional(z.object({ secretKeyRef: z.optional(z.object({ name: z.string(), key: z.string() })) })),
  }),
);

const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    deletionTimestamp: z.optional(z.string()),
  }),
  spec: z.object({
    nodeName: z.optional(z.string()),
    serviceAccountName: z.string(),
    restartPolicy: z.string(),
    containers: z.array(
      z.object({
        name: z.string(),
        image: z.string(),
        command: z.optional(z.array(z.string())),
        args: z.optional(z.array(z.string())),
        env: z.optional(environmentSchema),
      }),
    ),
  }),
});

type Pod = z.infer<typeof podSchema>;
type Container = Pod["spec"]["containers"][number];

/** A pod's container as it runs. */
export interface RunningPod {
  readonly name: string;
  readonly uid: string;
  readonly image: string;
  /** The whole command line, as it was run. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** How often it was started. */
  readonly starts: () => number;
  readonly log: () => string;
}

export interface Kubelet extends AsyncDisposable {
  /** Where it serves logs. */
  readonly port: number;
  /** The pods that run now. */
  readonly running: () => readonly RunningPod[];
  /** Every pod that ever ran, by uid. */
  readonly started: () => readonly RunningPod[];
  /** Holds back every new pod, as an image that cannot be pulled does. */
  readonly refuseImages: (isRefused: boolean) => void;
}

export interface KubeletOptions {
  readonly api: KubernetesAPI;
  readonly apiServer: APIServer;
  /** A scratch folder. */
  readonly folder: string;
  /** The node's address. */
  readonly address: string;
  /** What to put before the commands of pods. */
  readonly enter: readonly string[];
}

interface Entry {
  readonly pod: RunningPod;
  readonly stop: () => Promise<void>;
  readonly previousLog: () => string;
}

const pause = 200;
const restartDelay = 300;

/** Starts it; disposing of it ends every pod. */
export async function startKubelet(options: KubeletOptions): Promise<Kubelet> {
  const entries = new Map<string, Entry>();
  const all: RunningPod[] = [];
  const state = { isRefusing: false };
  const stopping = new AbortController();
  const server = await serveLogs(options, entries);
  const work = (async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await lookAtPods(options, { entries, all, isRefusing: state.isRefusing }).catch((error: unknown) => {
        if (!stopping.signal.aborted) process.stderr.write(`kubelet: ${String(error)}\n`);
      });
      await sleep(pause);
    }
  })();
  return {
    port: (server.address() as AddressInfo).port,
    running: () => [...entries.values()].map(({ pod }) => pod),
    started: () => all,
    refuseImages: (isRefused) => {
      state.isRefusing = isRefused;
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await work;
      await Promise.all([...entries.values()].map(({ stop }) => stop()));
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Pods {
  readonly entries: Map<string, Entry>;
  readonly all: RunningPod[];
  readonly isRefusing: boolean;
}

async function lookAtPods(options: KubeletOptions, { entries, all, isRefusing }: Pods): Promise<void> {
  const { api } = options;
  const list = await api.read("/api/v1/pods", z.object({ items: z.nullable(z.array(podSchema)) }));
  const present = new Set<string>();
  for (const pod of list?.items ?? []) {
    const { uid, deletionTimestamp } = pod.metadata;
    if (pod.spec.nodeName === undefined) continue;
    present.add(uid);
    const entry = entries.get(uid);
    if (deletionTimestamp !== undefined) {
      await entry?.stop();
      entries.delete(uid);
      await api.send({ method: "DELETE", path: pathOf(pod), body: { gracePeriodSeconds: 0 } });
    } else if (entry === undefined && isRefusing) {
      await report(api, pod, { waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image" } });
    } else if (entry === undefined) {
      const started = await startPod(options, pod);
      entries.set(uid, started);
      all.push(started.pod);
    }
  }
  for (const [uid, entry] of entries) if (!present.has(uid)) await entry.stop().then(() => entries.delete(uid));
}

function pathOf({ metadata: { namespace, name } }: Pod): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}

interface ContainerState {
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly running?: { readonly startedAt: string };
  readonly terminated?: { readonly exitCode: number; readonly reason: string };
}

async function report(
  api: KubernetesAPI,
  pod: Pod,
  state: ContainerState,
  more: { readonly restartCount?: number; readonly lastState?: ContainerState; readonly isReady?: boolean } = {},
): Promise<void> {
  const { restartCount = 0, lastState = {}, isReady = false } = more;
  const isOver = state.terminated !== undefined && pod.spec.restartPolicy === "Never";
  const ended = state.terminated?.exitCode === 0 ? "Succeeded" : "Failed";
  const phase = isOver ? ended : state.waiting !== undefined && restartCount === 0 ? "Pending" : "Running";
  const ready = { type: "Ready", status: isReady ? "True" : "False" };
  const containerStatuses = pod.spec.containers.map(({ name, image }) => {
    return { name, image, imageID: "", ready: isReady, restartCount, state, lastState };
  });
  const conditions = [
    ready,
    { type: "ContainersReady", status: ready.status },
    { type: "PodScheduled", status: "True" },
  ];
  const status = { phase, containerStatuses, conditions, startTime: new Date().toISOString() };
  await api.send({ method: "PATCH", path: `${pathOf(pod)}/status`, body: { status } });
}

/** Runs the pod's only container, again and again if it should be. */
async function startPod(options: KubeletOptions, pod: Pod): Promise<Entry> {
  const { api } = options;
  const [container] = pod.spec.containers;
  if (container === undefined || pod.spec.containers.length > 1)
    throw new Error("the kubelet of the tests plays one container");
  const metricsPort = await freePort();
  const secrets = await makeServiceAccount(options, pod);
  const environment = {
    ...(await resolveEnvironment(api, pod, container)),
    KUBERNETES_SERVICE_HOST: "127.0.0.1",
    KUBERNETES_SERVICE_PORT: String(options.apiServer.port),
    // In place of the pod's own network, where each has the default port for itself.
    EXTERNAL_DNS_METRICS_ADDRESS: `127.0.0.1:${metricsPort}`,
  };
  const command = [...programOf(container), ...(container.args ?? []).map((word) => fillIn(word, environment))];
  const programs: Program[] = [];
  const stopping = new AbortController();
  const work = keepRunning({
    api,
    pod,
    programs,
    signal: stopping.signal,
    metricsPort,
    enter: options.enter,
    start: async () => startProgram([...options.enter, ...insideOf(secrets), ...command], { environment }),
  });
  const { name, uid } = pod.metadata;
  return {
    pod: {
      name,
      uid,
      image: container.image,
      command,
      environment,
      starts: () => programs.length,
      log: () => programs.map((program) => program.log()).join(""),
    },
    previousLog: () => programs.findLast((program) => program.exit() !== undefined)?.log() ?? "",
    stop: async () => {
      stopping.abort();
      await programs.at(-1)?.stop();
      await work;
    },
  };
}

async function keepRunning(given: {
  readonly api: KubernetesAPI;
  readonly pod: Pod;
  readonly programs: Program[];
  readonly signal: AbortSignal;
  readonly metricsPort: number;
  readonly enter: readonly string[];
  readonly start: () => Promise<Program>;
}): Promise<void> {
  const { api, pod, programs, signal, metricsPort, enter, start } = given;
  let lastState: ContainerState = {};
  for (let restartCount = 0; !signal.aborted; restartCount += 1) {
    const program = await start();
    programs.push(program);
    const running = { running: { startedAt: new Date().toISOString() } };
    const isOnce = pod.spec.restartPolicy === "Never";
    if (!isOnce && (await isHealthy(metricsPort, program, enter)) && !signal.aborted) {
      await report(api, pod, running, { restartCount, lastState, isReady: true });
    }
    const { code } = await program.ended;
    if (signal.aborted) return;
    const terminated = { terminated: { exitCode: code ?? 137, reason: code === 0 ? "Completed" : "Error" } };
    if (isOnce) return report(api, pod, terminated, { restartCount });
    lastState = terminated;
    await report(api, pod, { waiting: { reason: "CrashLoopBackOff" } }, { restartCount: restartCount + 1, lastState });
    await sleep(restartDelay);
  }
}

/** ExternalDNS's readiness probe in the chart: GET /healthz on its metrics port. */
async function isHealthy(port: number, program: Program, enter: readonly string[]): Promise<boolean> {
  while (program.exit() === undefined) {
    const answer = await run([...enter, "curl", "-fsS", `http://127.0.0.1:${port}/healthz`]).catch(() => undefined);
    if (answer !== undefined) return true;
    await sleep(50);
  }
  return false;
}

/** The ExternalDNS that is nearest to the image's version, or the pod's own command. */
function programOf({ image, command }: Container): readonly string[] {
  if (command !== undefined) return command;
  const minor = Number(/:v0\.(\d+)/.exec(image)?.[1]);
  return [externalDNSTool(minor < 20 ? "v0.19.0" : "v0.21.0")];
}

/** Kubernetes' own way to fill in variables (k8s.io/kubernetes third_party/forked/golang/expansion). */
function fillIn(word: string, environment: Readonly<Record<string, string>>): string {
  return word.replaceAll(/\$\(([A-Za-z_][\w.-]*)\)/g, (whole, name: string) => environment[name] ?? whole);
}

async function resolveEnvironment(
  api: KubernetesAPI,
  { metadata: { namespace } }: Pod,
  { env = [] }: Container,
): Promise<Record<string, string>> {
  const shape = z.object({ data: z.record(z.string(), z.string()) });
  const pairs = env.map(async ({ name, value = "", valueFrom }) => {
    const reference = valueFrom?.secretKeyRef;
    if (reference === undefined) return [name, value];
    const secret = await api.read(`/api/v1/namespaces/${namespace}/secrets/${reference.name}`, shape);
    return [name, Buffer.from(secret?.data[reference.key] ?? "", "base64").toString("utf8")];
  });
  return Object.fromEntries(await Promise.all(pairs));
}

/** The files that a pod finds in /var/run/secrets/kubernetes.io/serviceaccount. */
async function makeServiceAccount(
  { api, apiServer, folder }: KubeletOptions,
  { metadata, spec }: Pod,
): Promise<string> {
  const path = `/api/v1/namespaces/${metadata.namespace}/serviceaccounts/${spec.serviceAccountName}/token`;
  const answer = await api.send({ method: "POST", path, body: { spec: {} } });
  const { status } = z.parse(z.object({ status: z.object({ token: z.string() }) }), JSON.parse(answer ?? "{}"));
  const secrets = join(folder, metadata.uid);
  await mkdir(secrets);
  await writeFile(join(secrets, "token"), status.token);
  await writeFile(join(secrets, "namespace"), metadata.namespace);
  await writeFile(join(secrets, "ca.crt"), await readFile(apiServer.authority));
  return secrets;
}

function insideOf(secrets: string): readonly string[] {
  const place = "/var/run/secrets/kubernetes.io";
  const script = `mount -t tmpfs tmpfs /run && mkdir -p ${place} && cp -r "$0" ${place}/serviceaccount && exec "$@"`;
  return ["unshare", "--mount", "--propagation=private", "sh", "-ec", script, secrets];
}

/** The part of the kubelet's API that the API server uses for `kubectl logs` (k8s.io/kubernetes pkg/kubelet/server). */
async function serveLogs({ folder, address }: KubeletOptions, entries: ReadonlyMap<string, Entry>): Promise<Server> {
  const files = await makeCertificates(folder, "kubelet");
  const credentials = { cert: await readFile(files.certificate), key: await readFile(files.key) };
  const server = createServer(credentials, (request, response) => {
    const url = new URL(request.url ?? "/", "https://kubelet");
    const [, kind, , name] = url.pathname.split("/");
    const entry = [...entries.values()].find(({ pod }) => pod.name === name);
    if (kind !== "containerLogs" || entry === undefined) return void response.writeHead(404).end();
    const isPrevious = url.searchParams.get("previous") === "true";
    const lines = (isPrevious ? entry.previousLog() : entry.pod.log()).trimEnd().split("\n");
    response.end(`${lines.slice(-Number(url.searchParams.get("tailLines") ?? lines.length)).join("\n")}\n`);
  });
  server.listen(0, address);
  await once(server, "listening");
  return server;
}
