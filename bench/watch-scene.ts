/** A real API server, the server on a desktop whose hosts file is `/etc/hosts`, and the built watcher between them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Connection, connectKubernetes } from "../src/kubernetes/api.ts";
import { openedPlainly } from "../src/kubernetes/kubeconfig.ts";
import type { WatcherNotice } from "../src/sources/kubernetes/watcher.ts";
import { type APIServer, startAPIServer } from "../test/cluster/api-server.ts";
import { type Desktop, etcOfItsOwn, openPrivateDesktop } from "../test/cluster/desktop.ts";
import { eventually } from "../test/cluster/eventually.ts";
import { ingress } from "../test/cluster/resources.ts";
import { type Server, startServer } from "../test/cluster/server.ts";

const program = join(import.meta.dirname, "..", "dist", "hostsfile-server.js");
const path = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";

/** Requests at one time, where many objects are made. */
const connections = 100;

export interface WatchScene extends AsyncDisposable {
  readonly api: APIServer;
  readonly desktop: Desktop;
  readonly server: Server;
  readonly ingresses: Ingresses;
}

/** Opens all but the watcher. */
export async function openWatchScene(): Promise<WatchScene> {
  await using opened = new AsyncDisposableStack();
  const api = opened.use(await startAPIServer());
  const desktop = opened.use(await openPrivateDesktop(etcOfItsOwn, "/etc/hosts"));
  const server = opened.use(await startServer({ desktop, flags: ["--domains=dtk.io", "--cluster-ip=127.0.0.1"] }));
  const owned = opened.move();
  return {
    api,
    desktop,
    server,
    ingresses: ingressesOf(api.kubeconfig),
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

/** The Ingresses of a cluster, each with one host: its name below dtk.io. */
export interface Ingresses {
  /** Resolves when the API server has answered. */
  readonly create: (name: string) => Promise<void>;
  /** Gives the Ingress another host. */
  readonly rename: (name: string, host: string) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  /** Makes several at one time. */
  readonly createAll: (names: readonly string[]) => Promise<void>;
}

/** Opens connections to the API server of a kubeconfig that are kept, as a program has them. */
export function ingressesOf(kubeconfig: string): Ingresses {
  const api = connectKubernetes(connectionTo(kubeconfig), connections);
  const send = async (method: "POST" | "PUT" | "DELETE", name: string, host = name): Promise<void> => {
    const own = method === "POST" ? path : `${path}/${name}`;
    const body = method === "DELETE" ? {} : { body: ingress({ name, hosts: [hostOf(host)] }) };
    await api.send({ method, path: own, ...body });
  };
  const create: Ingresses["create"] = async (name) => send("POST", name);
  return {
    create,
    rename: async (name, host) => send("PUT", name, host),
    remove: async (name) => send("DELETE", name),
    createAll: async (names) => {
      const left = names.values();
      const work = async (): Promise<void> => {
        for (const name of left) await create(name);
      };
      await Promise.all(Array.from({ length: connections }, work));
    },
  };
}

/** What the current context of a kubeconfig says. */
export function connectionTo(kubeconfig: string): Connection {
  const connection = openedPlainly({ kubeconfig, context: undefined });
  if (connection === undefined) throw new Error(`${kubeconfig} is not plain`);
  return connection;
}

/**
 * Waits for the lines themselves: at its first contact with a cluster the server stores names before it knows where they
 * point.
 *
 * @returns the moment (performance.now) at which the hosts file has lines that pass
 */
export async function untilLines(
  { desktop }: Pick<WatchScene, "desktop">,
  pass: (lines: readonly string[]) => boolean,
): Promise<number> {
  const look = async (): Promise<number> => {
    const lines = await desktop.added();
    if (pass(lines)) return performance.now();
    throw new Error(`the hosts file has ${lines.length} lines`);
  };
  return eventually(look, { timeoutMs: 60_000, intervalMs: 2 });
}

/** Whether lines have one of an Ingress of {@link Ingresses}. */
export function hasLine(lines: readonly string[], name: string): boolean {
  return lines.some((line) => line.endsWith(` ${hostOf(name)}`));
}

/** The host of an Ingress of {@link Ingresses}. */
export function hostOf(name: string): string {
  return `${name}.dtk.io`;
}

/** Names `PREFIX-0`, `PREFIX-1` and so on. */
export function namesOf(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

export interface BenchWatcher extends AsyncDisposable {
  readonly pid: number;
  /** Resolves with the moment (performance.now) when the server has stored and shown the host, as the watcher says. */
  readonly shown: (host: string) => Promise<number>;
  /** The same for a host that goes. */
  readonly gone: (host: string) => Promise<number>;
}

/** Starts the watcher. */
export function startBenchWatcher({
  server,
  desktop,
  kubeconfig,
}: Pick<WatchScene, "server" | "desktop"> & { readonly kubeconfig: string }): BenchWatcher {
  const flags = [`--port=${server.port}`, "--host=127.0.0.1", `--kubeconfig=${kubeconfig}`, "--domains=dtk.io"];
  const child = spawn(process.execPath, [program, "watch", "--json", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, XDG_STATE_HOME: desktop.stateFolder },
  });
  const hosts = new Set<string>();
  const waiting = new Map<string, (moment: number) => void>();
  const note = (verb: "shown" | "gone", host = ""): void => {
    if (verb === "shown") hosts.add(host);
    else hosts.delete(host);
    waiting.get(`${verb} ${host}`)?.(performance.now());
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const said = JSON.parse(line) as WatcherNotice;
    if (!("notice" in said) || said.notice.kind !== "published") return;
    const { create, updateNew, delete: removed } = said.notice.changes;
    for (const { dnsName } of removed) note("gone", dnsName);
    for (const { dnsName } of [...create, ...updateNew]) note("shown", dnsName);
  });
  const until = async (verb: "shown" | "gone", host: string): Promise<number> => {
    if (hosts.has(host) === (verb === "shown")) return performance.now();
    const { promise, resolve } = Promise.withResolvers<number>();
    waiting.set(`${verb} ${host}`, resolve);
    return promise.finally(() => waiting.delete(`${verb} ${host}`));
  };
  return {
    pid: child.pid ?? 0,
    shown: async (host) => until("shown", host),
    gone: async (host) => until("gone", host),
    [Symbol.asyncDispose]: async () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill();
  await ended;
}
