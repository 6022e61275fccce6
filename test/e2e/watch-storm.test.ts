/** Ten contexts of real clusters and everything that can happen to them, to the server and to the watcher, at random: no name is lost, none flaps, none is left over. */
import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { openKubernetes } from "../../src/kubernetes/kubeconfig.ts";
import { startAPIServer } from "../cluster/api-server.ts";
import { anywhere, carryAll, layBadWire } from "../cluster/bad-wire.ts";
import { openDesktop } from "../cluster/desktop.ts";
import { accountToken, kubeconfigWith, urlsOf } from "../cluster/kubeconfigs.ts";
import { openNamespace } from "../cluster/kubernetes.ts";
import { type LiveIngresses, liveIngresses } from "../cluster/live-objects.ts";
import { lookUntil, openWatchScene, randomBy, scratchPath } from "../cluster/watch-scene.ts";

/** More by way of the environment, as in `WATCH_FAULTS=1000`. */
const faults = Number(process.env["WATCH_FAULTS"] ?? 40);
const seed = Number(process.env["WATCH_SEED"] ?? Date.now() % 1_000_000);

const rules = [{ resources: ["*"], verbs: ["get", "list", "watch"] }];

test(`${faults} faults (seed ${seed})`, async () => {
  const random = randomBy(seed);
  await using api = await startAPIServer();
  const client = await openKubernetes({ kubeconfig: api.kubeconfig, context: undefined });
  await using wire = await layBadWire(api.port);
  await using desktop = await openDesktop();
  const spaces: LiveIngresses[] = [];
  const contexts = [];
  for (const [index, server] of urlsOf({ port: wire.port }).entries()) {
    const { name: namespace } = await openNamespace(api.kubeconfig);
    const token = await accountToken(api.kubeconfig, { name: "reader", namespace, rules });
    const ingresses = liveIngresses(client, namespace);
    await ingresses.create(`lasting${index}`);
    spaces.push(ingresses);
    contexts.push({ name: `c${index}`, server, authority: api.authority, user: { token }, namespace });
  }
  const kubeconfig = scratchPath(desktop, "kubeconfig");
  const whole = kubeconfigWith(...contexts);
  await writeFile(kubeconfig, whole);
  await using watch = await openWatchScene({ desktop, kubeconfig, until: /connected to |does not answer/ });
  const lasting = spaces.map((_space, index) => `127.0.0.1 lasting${index}.dtk.io`);
  await watch.linesAre(lasting);

  const isAtTimes = (): boolean => random() < 0.02;
  const isAlive = (signal: NodeJS.Signals): boolean => process.kill(watch.watcher().pid, signal);
  const pause = async (most: number): Promise<void> => sleep(random() * most);
  const kinds: Readonly<Record<string, readonly [weight: number, work: () => Promise<unknown>]>> = {
    cut: [10, async () => Promise.resolve(wire.cut())],
    refuse: [
      6,
      async () => {
        wire.isRefusing = true;
        wire.cut();
        await pause(400);
        wire.isRefusing = false;
      },
    ],
    half: [
      6,
      async () => {
        wire.carry = anywhere(random, isAtTimes);
        await pause(400);
        wire.carry = carryAll;
      },
    ],
    torn: [
      4,
      async () => {
        await writeFile(kubeconfig, whole.slice(0, whole.length * random()));
        await pause(30);
        await writeFile(kubeconfig, whole);
      },
    ],
    freeze: [
      3,
      async () => {
        isAlive("SIGSTOP");
        await pause(500);
        isAlive("SIGCONT");
      },
    ],
    hurry: [2, async () => Promise.resolve(isAlive("SIGHUP"))],
    watcher: [4, async () => watch.restartWatcher(random() < 0.7 ? "SIGKILL" : "SIGTERM", async () => pause(200))],
    server: [3, async () => watch.restartServer(random() < 0.7 ? "SIGKILL" : "SIGTERM", async () => pause(500))],
    api: [1, async () => api.restart(random() < 0.5 ? "SIGKILL" : "SIGTERM")],
  };
  const urn = Object.entries(kinds).flatMap(([name, [weight]]) => Array.from({ length: weight }, () => name));
  const done = new Map<string, number>();
  const stop = new AbortController();
  const looking = lookUntil(desktop, lasting, stop.signal);
  const changing = spaces.map(async (space) => space.changeUntil(stop.signal, random, async () => pause(600)));
  for (let count = 0; count < faults; count++) {
    const name = urn[Math.floor(random() * urn.length)] ?? "";
    done.set(name, (done.get(name) ?? 0) + 1);
    await kinds[name]?.[1]();
    await pause(150);
  }
  stop.abort();
  const changes = (await Promise.all(changing)).reduce((sum, each) => sum + each, 0);
  const { looks, missing } = await looking;
  expect(missing).toEqual([]);
  const expected = await Promise.all(spaces.map(async (space) => space.expectedLines()));
  await watch.linesAre(expected.flat());
  const told = [...done].map(([name, times]) => `${name} ${times}`).join(", ");
  process.stdout.write(
    `${faults} faults (${told}), ${changes} Ingresses, ${looks} looks, ${wire.cuts()} cuts in the middle\n`,
  );
});
