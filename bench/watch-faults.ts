/** `watch` when its cluster goes: the API server ends and is back, and the cluster is deleted and made anew. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startAPIServer } from "../test/cluster/api-server.ts";
import { eventually } from "../test/cluster/eventually.ts";
import { type Row, milliseconds } from "./row.ts";
import { type WatchScene, hasLine, ingressesOf, openWatchScene, startBenchWatcher, untilLines } from "./watch-scene.ts";

const restarts = 3;

/** Milliseconds for each of them. */
const within = 1000;

/** Measures both; each row has its slowest. */
export async function measureWatchFaults(): Promise<readonly Row[]> {
  await using opened = new AsyncDisposableStack();
  const scene = opened.use(await openWatchScene());
  const kubeconfig = join(scene.desktop.stateFolder, "kubeconfig");
  writeFileSync(kubeconfig, readFileSync(scene.api.kubeconfig));
  opened.use(startBenchWatcher({ ...scene, kubeconfig }));
  await scene.ingresses.create("lasting");
  await untilLines(scene, (lines) => hasLine(lines, "lasting"));
  const back = await measureRestarts(scene);
  const other = opened.use(await startAPIServer());
  return [back, ...(await measureAnew({ scene, kubeconfig, other: other.kubeconfig }))];
}

async function measureRestarts(scene: WatchScene): Promise<Row> {
  const { api, ingresses } = scene;
  const times: number[] = [];
  for (let turn = 0; turn < restarts; turn += 1) {
    const name = `back-${turn}`;
    const isDown = Promise.withResolvers<void>();
    const back = isDown.promise.then(async () => {
      const create = async (): Promise<void> => ingresses.create(name);
      await eventually(create, { timeoutMs: 60_000, intervalMs: 5 });
      const answered = performance.now();
      return (await untilLines(scene, (lines) => hasLine(lines, name))) - answered;
    });
    // Away for as long as a machine takes to start again.
    await api.restart("SIGKILL", async () => {
      await sleep(3000);
      isDown.resolve();
    });
    times.push(await back);
  }
  return row("watch: the API server answers again to the next name", Math.max(...times));
}

/** The file of a kubeconfig changes as `kind delete cluster` and `kind create cluster` change it. */
async function measureAnew(given: {
  readonly scene: WatchScene;
  readonly kubeconfig: string;
  readonly other: string;
}): Promise<readonly Row[]> {
  const { scene, kubeconfig, other } = given;
  const clusters = [
    { path: other, ingresses: ingressesOf(other) },
    { path: scene.api.kubeconfig, ingresses: scene.ingresses },
  ];
  const [going, coming]: [number[], number[]] = [[], []];
  for (const [index, { path, ingresses }] of [...clusters, ...clusters].entries()) {
    const name = `anew-${index}`;
    const start = performance.now();
    writeFileSync(kubeconfig, "apiVersion: v1\nkind: Config\n");
    going.push((await untilLines(scene, (lines) => lines.length === 0)) - start);
    writeFileSync(kubeconfig, readFileSync(path));
    await ingresses.create(name);
    const applied = performance.now();
    coming.push((await untilLines(scene, (lines) => hasLine(lines, name))) - applied);
  }
  return [
    row("watch: the context is gone to its names gone", Math.max(...going)),
    row("watch: cluster made anew, first Ingress applied to its name", Math.max(...coming)),
  ];
}

function row(what: string, ours: number): Row {
  return {
    what,
    ours: milliseconds(ours),
    reference: "",
    ratio: undefined,
    goal: `at most ${within / 1000} s`,
    met: ours <= within,
  };
}
