/** `watch` with much to do: ten clusters, 5,000 Ingresses at its start, and 1,000 changes a second for a minute. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { clusterPath } from "../src/contract/paths.ts";
import { openDoor } from "../test/cluster/door.ts";
import { eventually } from "../test/cluster/eventually.ts";
import { residentBytes } from "../test/support/resident-memory.ts";
import { type Row, mebibytes, milliseconds } from "./row.ts";
import { median } from "./sample.ts";
import { type WatchScene, hostOf, namesOf, openWatchScene, startBenchWatcher, untilLines } from "./watch-scene.ts";

const clusters = 10;
const ofEach = 500;
const many = 5000;

/** Milliseconds without a change before a process counts as at rest. */
const rest = 15_000;

/** A change waits for the disk of etcd, which many share; the API server works on 200 at one time. */
const stream = { rate: 1000, duration: 60_000, workers: 100 } as const;

/** Bytes, and milliseconds. */
const goals = { memory: 100 * 1024 * 1024, start: 2000, behind: 1000, growth: 1.1 } as const;

/** Measures all three, with more Ingresses each time. */
export async function measureWatchLoad(): Promise<readonly Row[]> {
  await using scene = await openWatchScene();
  await scene.ingresses.createAll(namesOf("app", ofEach));
  const ten = await measureTenClusters(scene);
  await scene.ingresses.createAll(namesOf("app", many).slice(ofEach));
  return [ten, await measureStart(scene), ...(await measureStream(scene))];
}

/** One API server at ten addresses is ten clusters for the watcher, which tells them apart by where they are. */
async function measureTenClusters(scene: WatchScene): Promise<Row> {
  await using opened = new AsyncDisposableStack();
  const contexts = namesOf("ten", clusters);
  const ports = await Promise.all(contexts.map(async () => opened.use(await openDoor(scene.api.port)).port));
  const kubeconfig = join(scene.desktop.stateFolder, "ten");
  writeFileSync(kubeconfig, severalContexts(scene, contexts, ports));
  const watcher = opened.use(startBenchWatcher({ ...scene, kubeconfig }));
  await eventually(() => requireRecords(scene, contexts, ofEach), { timeoutMs: 60_000 });
  await sleep(rest);
  const ours = residentBytes(watcher.pid);
  await opened.disposeAsync();
  await forget(scene, contexts);
  return {
    what: `watch: resident memory, ${clusters} clusters and ${(clusters * ofEach).toLocaleString("en")} Ingresses`,
    ours: mebibytes(ours),
    reference: "",
    ratio: undefined,
    goal: `at most ${mebibytes(goals.memory)}`,
    met: ours <= goals.memory,
  };
}

async function requireRecords({ server }: WatchScene, names: readonly string[], count: number): Promise<void> {
  const status = await server.status();
  for (const name of names) {
    const cluster = status.clusters.find((each) => each.name === name);
    if ((cluster?.records["CNAME"] ?? 0) + (cluster?.records["A"] ?? 0) < count)
      throw new Error(`${name} lacks records`);
  }
}

async function forget({ server }: WatchScene, names: readonly string[]): Promise<void> {
  for (const name of names) await server.request("DELETE", clusterPath(name));
}

/** The kubeconfig of the scene with its cluster once for each port. */
function severalContexts({ api }: WatchScene, names: readonly string[], ports: readonly number[]): string {
  const config = JSON.parse(readFileSync(api.kubeconfig, "utf8")) as { readonly users: readonly { name: string }[] };
  const [user] = config.users;
  return JSON.stringify({
    ...config,
    clusters: names.map((name, index) => ({
      name,
      cluster: { server: `https://127.0.0.1:${ports[index]}`, "certificate-authority": api.authority },
    })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: user?.name } })),
  });
}

/** From the start of the process until the last line is in the hosts file. */
async function measureStart(scene: WatchScene): Promise<Row> {
  const times: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    await forget(scene, ["test"]);
    const start = performance.now();
    await using _watcher = startBenchWatcher({ ...scene, kubeconfig: scene.api.kubeconfig });
    times.push((await untilLines(scene, (lines) => lines.length === many)) - start);
  }
  const ours = median(times);
  return {
    what: `watch: start to all lines of ${many.toLocaleString("en")} Ingresses`,
    ours: milliseconds(ours),
    reference: "",
    ratio: undefined,
    goal: `at most ${goals.start / 1000} s`,
    met: ours <= goals.start,
  };
}

/** Hosts of Ingresses change, as many a second as are wanted or as the API server takes. */
async function measureStream(scene: WatchScene): Promise<readonly Row[]> {
  await using watcher = startBenchWatcher({ ...scene, kubeconfig: scene.api.kubeconfig });
  await sleep(5000);
  const behind: Promise<number>[] = [];
  const memory: number[] = [];
  const start = performance.now();
  const end = start + stream.duration;
  const change = async (number: number): Promise<void> => {
    const host = `changed-${number}`;
    const shown = watcher.shown(hostOf(host));
    await scene.ingresses.rename(`app-${number % many}`, host);
    behind.push(lag(shown, performance.now()));
  };
  let number = 0;
  const work = async (): Promise<void> => {
    while (performance.now() < end) {
      const due = start + (1000 * number) / stream.rate;
      const mine = number;
      number += 1;
      if (due > performance.now()) await sleep(due - performance.now());
      await change(mine);
    }
  };
  const look = setInterval(() => memory.push(residentBytes(watcher.pid)), 1000);
  await Promise.all(Array.from({ length: stream.workers }, work));
  clearInterval(look);
  const rate = Math.round((1000 * behind.length) / (performance.now() - start));
  const most = Math.max(...(await Promise.all(behind)));
  const [early, late] = [median(memory.slice(10, 25)), median(memory.slice(-15))];
  const what = `watch: ${rate.toLocaleString("en")} changes a second for a minute`;
  return [
    {
      what: `${what}, most behind`,
      ours: milliseconds(most),
      reference: "",
      ratio: undefined,
      goal: `at most ${goals.behind / 1000} s`,
      met: most <= goals.behind,
    },
    {
      what: `${what}, memory in its last quarter`,
      ours: mebibytes(late),
      reference: `its second: ${mebibytes(early)}`,
      ratio: late / early,
      goal: "does not grow (within 10 %)",
      met: late / early <= goals.growth,
    },
  ];
}

async function lag(shown: Promise<number>, answered: number): Promise<number> {
  return (await shown) - answered;
}
