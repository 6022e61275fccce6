/** `watch` with little to do: how fast it starts, and what it takes while nothing happens. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { clusterPath } from "../src/contract/paths.ts";
import type { Connection } from "../src/kubernetes/api.ts";
import { residentBytes } from "../test/support/resident-memory.ts";
import { type Row, beyondNodeRow, mebibytes } from "./row.ts";
import { interleave, timed } from "./sample.ts";
import {
  type WatchScene,
  connectionTo,
  hasLine,
  namesOf,
  openWatchScene,
  startBenchWatcher,
  untilLines,
} from "./watch-scene.ts";

const names = 100;

/** Milliseconds without a change before a process counts as at rest, and for which it is looked at then. */
const rest = 15_000;
const looking = 60_000;

/** How much faster time passes for watches in the hour that is counted, so that it takes a minute. */
const haste = 3_600_000 / looking;

/** Bytes, milliseconds, a share of a core, and a number an hour. */
const goals = { memory: 65 * 1024 * 1024, start: 120, share: 0.001, requests: 24 } as const;

/** Measures the start, then memory, processor and requests at rest. */
export async function measureWatchRest(): Promise<readonly Row[]> {
  await using scene = await openWatchScene();
  await scene.ingresses.create("first");
  const start = await measureStart(scene);
  await scene.ingresses.createAll(namesOf("app", names - 1));
  return [start, ...(await measureRest(scene))];
}

/** From the start of the process until the server has the line of the one Ingress, which it did not have before. */
async function measureStart(scene: WatchScene): Promise<Row> {
  const { node, ours } = await interleave(15, {
    node: () => timed(() => once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit")),
    ours: async () => {
      await scene.server.request("DELETE", clusterPath("test"));
      const start = performance.now();
      await using _watcher = startBenchWatcher({ ...scene, kubeconfig: scene.api.kubeconfig });
      return (await untilLines(scene, (lines) => hasLine(lines, "first"))) - start;
    },
  });
  return beyondNodeRow({ what: "watch: start to the first line", ours, node, allowance: goals.start });
}

async function measureRest(scene: WatchScene): Promise<readonly Row[]> {
  await using opened = new AsyncDisposableStack();
  const watcher = opened.use(startBenchWatcher({ ...scene, kubeconfig: scene.api.kubeconfig }));
  const counted = opened.use(await openHastyAPI(scene));
  const kubeconfig = join(scene.desktop.stateFolder, "hasty");
  writeFileSync(kubeconfig, kubeconfigOf(counted.url));
  opened.use(startBenchWatcher({ ...scene, kubeconfig }));
  await sleep(rest);
  const before = { processor: processorTime(watcher.pid), requests: new Map(counted.requests) };
  await sleep(looking);
  const share = (processorTime(watcher.pid) - before.processor) / looking;
  const requests = Math.max(...[...counted.requests].map(([path, count]) => count - (before.requests.get(path) ?? 0)));
  const memory = residentBytes(watcher.pid);
  const none = { reference: "", ratio: undefined };
  return [
    {
      what: `watch: resident memory, one cluster and ${names} names`,
      ours: mebibytes(memory),
      ...none,
      goal: `at most ${mebibytes(goals.memory)}`,
      met: memory <= goals.memory,
    },
    {
      what: "watch: of a core at rest",
      ours: `${(100 * share).toFixed(3)} %`,
      ...none,
      goal: `at most ${100 * goals.share} %`,
      met: share <= goals.share,
    },
    {
      what: "watch: requests in an hour at rest, of the kind with most",
      ours: String(requests),
      ...none,
      goal: `at most ${goals.requests}`,
      met: requests <= goals.requests,
    },
  ];
}

/** Milliseconds for which the threads of a process have run (proc(5), `/proc/pid/task/tid/schedstat`). */
function processorTime(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const times = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return times.reduce((sum, time) => sum + time, 0) / 1e6;
}

interface HastyAPI extends AsyncDisposable {
  readonly url: string;
  /** How often each path was asked for. */
  readonly requests: ReadonlyMap<string, number>;
}

/** Passes requests on to the API server, and has it end each watch a number of times sooner than it was asked to. */
async function openHastyAPI({ api }: WatchScene): Promise<HastyAPI> {
  const connection = connectionTo(api.kubeconfig);
  const requests = new Map<string, number>();
  const pass = (asked: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(asked.url ?? "/", connection.server);
    requests.set(url.pathname, (requests.get(url.pathname) ?? 0) + 1);
    const duration = url.searchParams.get("timeoutSeconds");
    if (duration !== null) url.searchParams.set("timeoutSeconds", String(Math.ceil(Number(duration) / haste)));
    forward(url, { asked, response, connection });
  };
  const server = createServer(pass).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function forward(
  url: URL,
  given: { readonly asked: IncomingMessage; readonly response: ServerResponse; readonly connection: Connection },
): void {
  const { asked, response, connection } = given;
  const headers = { ...connection.options.headers, accept: asked.headers.accept };
  const sent = request(url, { ...connection.options, headers });
  sent.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 0, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
  });
  sent.on("error", () => response.destroy());
  response.on("close", () => sent.destroy());
  sent.end();
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    clusters: [{ name: "hasty", cluster: { server } }],
    users: [{ name: "anybody", user: {} }],
    contexts: [{ name: "hasty", context: { cluster: "hasty", user: "anybody" } }],
  });
}
