/** The real API server goes, comes back, forgets and begins anew, with both etcds, under a stream of changes; no name is lost. */
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openKubernetes } from "../../src/kubernetes/kubeconfig.ts";
import { type APIServer, startAPIServer } from "../cluster/api-server.ts";
import { eventually } from "../cluster/eventually.ts";
import { run } from "../cluster/program.ts";
import { type LiveIngresses, liveIngresses } from "../cluster/live-objects.ts";
import { tools } from "../cluster/tools.ts";
import { type WatchScene, lookUntil, openWatchScene, randomBy } from "../cluster/watch-scene.ts";

/** More by way of the environment, as in `WATCH_KILLS=200`. */
const kills = Number(process.env["WATCH_KILLS"] ?? 6);
const seed = Number(process.env["WATCH_SEED"] ?? Date.now() % 1_000_000);

interface Scene extends AsyncDisposable {
  readonly api: APIServer;
  readonly ingresses: LiveIngresses;
  readonly watch: WatchScene;
}

async function open(etcd?: string): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const api = opened.use(await startAPIServer(etcd === undefined ? {} : { etcd }));
  const ingresses = liveIngresses(await openKubernetes({ kubeconfig: api.kubeconfig, context: undefined }));
  const watch = opened.use(await openWatchScene({ kubeconfig: api.kubeconfig }));
  const owned = opened.move();
  return { api, ingresses, watch, [Symbol.asyncDispose]: async () => owned.disposeAsync() };
}

const lasting = ["127.0.0.1 lasting.dtk.io", "127.0.0.1 steady.dtk.io"];

async function isAsListed({ ingresses, watch }: Scene): Promise<void> {
  await watch.linesAre(await ingresses.expectedLines());
}

test(`an API server that is killed and stopped under a stream of changes costs no name (seed ${seed})`, async () => {
  await using scene = await open();
  const { api, ingresses, watch } = scene;
  for (const name of ["lasting", "steady"]) await ingresses.create(name);
  await watch.linesAre(lasting);
  const stop = new AbortController();
  const random = randomBy(seed);
  const changing = ingresses.changeUntil(stop.signal, random);
  const looking = lookUntil(watch.desktop, lasting, stop.signal);
  const ends: string[] = [];
  const delays: number[] = [];
  for (let count = 0; count < kills; count++) {
    const { code, signal } = await api.restart(random() < 0.5 ? "SIGTERM" : "SIGKILL");
    ends.push(String(signal ?? code));
    await ingresses.create(`back${count}`);
    delays.push(await untilShown(watch, `back${count}.dtk.io`));
    await ingresses.remove(`back${count}`);
  }
  stop.abort();
  const changes = await changing;
  const { looks, missing } = await looking;
  await isAsListed(scene);
  expect(missing).toEqual([]);
  expect(looks).toBeGreaterThan(kills);
  expect(changes).toBeGreaterThan(0);
  await ingresses.create("last");
  await watch.linesAre(await ingresses.expectedLines());
  expect(watch.watcher().exit()).toBeUndefined();
  const told = `${kills} ends of the API server (${ends.join(" ")}), ${changes} Ingresses, ${looks} looks`;
  const [median, most] = [delays.toSorted((left, right) => left - right)[delays.length >> 1], Math.max(...delays)];
  process.stdout.write(`${told}; shown ${median} ms after the first apply, ${most} at most\n`);
});

/** Milliseconds until a name is in the hosts file. */
async function untilShown({ desktop }: WatchScene, name: string): Promise<number> {
  const begun = performance.now();
  await eventually(async () => expect(await desktop.added()).toContain(`127.0.0.1 ${name}`), { intervalMs: 5 });
  return Math.round(performance.now() - begun);
}

test("one that is told to stop ends well: the watcher lets go of it at once", async () => {
  await using scene = await open();
  const { api, ingresses, watch } = scene;
  await ingresses.create("lasting");
  await watch.linesAre(["127.0.0.1 lasting.dtk.io"]);
  // It waits a minute for open watches, and would be killed sooner.
  const { code, signal } = await api.restart("SIGTERM", async () => {
    await watch.says(/does not answer/);
    expect(await watch.desktop.added()).toEqual(["127.0.0.1 lasting.dtk.io"]);
  });
  expect([code, signal]).toEqual([0, null]);
  await ingresses.create("next");
  await isAsListed(scene);
});

describe.each([
  ["3.4", undefined],
  ["3.6", tools.etcd],
])("with etcd %s", (_version, etcd) => {
  test("what is compacted, restored, and made anew", async () => {
    await using scene = await open(etcd);
    const { api, ingresses, watch } = scene;
    const backup = join(watch.desktop.stateFolder, "backup");
    for (const name of ["lasting", "steady"]) await ingresses.create(name);
    await watch.linesAre(lasting);

    await compact(api);
    await ingresses.create("compacted");
    await api.restart("SIGKILL", async () => compact(api));
    await ingresses.remove("compacted");
    await ingresses.create("after");
    await isAsListed(scene);

    // The versions go back, and what came later is gone.
    await api.restart("SIGTERM", async () => api.etcd.restart(async (data) => cp(data, backup, { recursive: true })));
    for (let count = 0; count < 20; count++) await ingresses.create(`later${count}`);
    await isAsListed(scene);
    const stop = new AbortController();
    const looking = lookUntil(watch.desktop, lasting, stop.signal);
    await api.restart("SIGKILL", async () =>
      api.etcd.restart(async (data) => {
        await rm(data, { recursive: true });
        await cp(backup, data, { recursive: true });
      }),
    );
    await watch.linesAre([...lasting, "127.0.0.1 after.dtk.io"]);
    await ingresses.create("restored");
    await isAsListed(scene);
    stop.abort();
    expect((await looking).missing).toEqual([]);

    await api.restart("SIGTERM", async () => api.etcd.restart(async (data) => rm(data, { recursive: true })));
    await ingresses.create("anew");
    await watch.linesAre(["127.0.0.1 anew.dtk.io"]);
    expect(watch.watcher().log()).toContain("another cluster than before");
    expect(watch.watcher().exit()).toBeUndefined();
  });
});

/** Forgets all versions but the last. */
async function compact({ etcd }: APIServer): Promise<void> {
  const ask = async (path: string, body: object): Promise<string> =>
    run(["curl", "-sS", "-d", JSON.stringify(body), `${etcd.url}/v3/${path}`]);
  const { header } = JSON.parse(await ask("kv/range", { key: "AA==" })) as { header: { revision: string } };
  expect(await ask("kv/compaction", { revision: header.revision, physical: true })).not.toContain("error");
}
