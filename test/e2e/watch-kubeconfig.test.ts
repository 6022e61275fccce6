/** Kubeconfigs as tools write them, while the watcher follows real clusters by them: in place, torn, by rename, in several files, and not at all. */
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type APIServer, startAPIServer } from "../cluster/api-server.ts";
import { openDesktop } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { type ContextOptions, kubeconfigWith, urlsOf } from "../cluster/kubeconfigs.ts";
import { type Namespace, openNamespace } from "../cluster/kubernetes.ts";
import { ingress } from "../cluster/resources.ts";
import { type WatchScene, lookUntil, openWatchScene, scratchPath } from "../cluster/watch-scene.ts";

let api: APIServer;
let namespace: Namespace;
beforeAll(async () => {
  api = await startAPIServer();
  namespace = await openNamespace(api.kubeconfig);
  await namespace.apply(ingress({ name: "test", hosts: ["foo.dtk.io"] }));
});
afterAll(async () => api[Symbol.asyncDispose]());

const line = "127.0.0.1 foo.dtk.io";

/** A context of its own cluster, though each leads to the one API server. */
function context(name: string, index: number, more: Partial<ContextOptions> = {}): ContextOptions {
  return { name, server: urlsOf(api)[index] ?? "", authority: api.authority, ...more };
}

async function clustersOf({ server }: WatchScene): Promise<readonly string[]> {
  const { clusters } = await server.status();
  return clusters.map(({ name }) => name).filter((name) => name !== "default");
}

async function clustersAre(scene: WatchScene, names: readonly string[]): Promise<void> {
  await eventually(async () => expect((await clustersOf(scene)).toSorted()).toEqual(names.toSorted()));
}

test("a file that is written in place, torn and by rename, with contexts that come and go", async () => {
  await using desktop = await openDesktop();
  const kubeconfig = scratchPath(desktop, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigWith(context("one", 0)));
  const flags = ["--domains=dtk.io", `--namespace=${namespace.name}`];
  await using scene = await openWatchScene({ desktop, kubeconfig, flags });
  await scene.linesAre([line]);
  const stop = new AbortController();
  const looking = lookUntil(desktop, [line], stop.signal);

  const two = kubeconfigWith(context("one", 0), context("two", 1));
  await writeFile(kubeconfig, two);
  await clustersAre(scene, ["one", "two"]);
  for (const share of [0, 0.3, 0.6, 0.9]) {
    await writeFile(kubeconfig, two.slice(0, two.length * share));
    await sleep(50);
    await writeFile(kubeconfig, two);
    await sleep(50);
  }
  await sleep(1_000);
  expect(scene.watcher().log()).not.toContain("its context is gone");

  await writeFile(`${kubeconfig}.new`, kubeconfigWith(context("two", 1), context("three", 2)));
  await rename(`${kubeconfig}.new`, kubeconfig);
  await clustersAre(scene, ["two", "three"]);
  stop.abort();
  expect((await looking).missing).toEqual([]);

  await rm(kubeconfig);
  await scene.linesAre([]);
  await writeFile(kubeconfig, "{{{");
  await scene.says(/cannot be read/);
  await writeFile(kubeconfig, kubeconfigWith(context("back", 0)));
  await scene.linesAre([line]);
});

test("several files, in folders that are not there yet; the first that names a context has it", async () => {
  await using desktop = await openDesktop();
  const [first, second] = [scratchPath(desktop, "a/b/config"), scratchPath(desktop, "c/config")];
  const environment = { KUBECONFIG: `${first}:${second}` };
  const flags = ["--domains=dtk.io", `--namespace=${namespace.name}`];
  await using scene = await openWatchScene({ desktop, environment, flags, until: /watch waits for it/ });
  await mkdir(join(second, ".."), { recursive: true });
  await writeFile(second, kubeconfigWith(context("shared", 1), context("own", 2)));
  await scene.linesAre([line]);
  await clustersAre(scene, ["shared", "own"]);
  await mkdir(join(first, ".."), { recursive: true });
  await writeFile(first, kubeconfigWith({ ...context("shared", 0), server: "https://127.0.0.1:1" }));
  await scene.says(/shared: The cluster at https:\/\/127.0.0.1:1 does not answer/);
  await rm(scratchPath(desktop, "a"), { recursive: true });
  await scene.says(/shared: connected to /, 2);
  await rm(scratchPath(desktop, "c"), { recursive: true });
  await scene.linesAre([]);
  expect(scene.watcher().exit()).toBeUndefined();
});

test("contexts of one cluster share a watch, and names that collide are told apart", async () => {
  await using desktop = await openDesktop();
  const kubeconfig = scratchPath(desktop, "kubeconfig");
  const shared = context("team-a", 0);
  await writeFile(
    kubeconfig,
    kubeconfigWith(shared, { ...shared, name: "team-b" }, context("lab", 1), context("Lab", 2)),
  );
  const flags = ["--domains=dtk.io", `--namespace=${namespace.name}`];
  await using scene = await openWatchScene({ desktop, kubeconfig, flags });
  await scene.says(/team-b is not watched. It is the same cluster as team-a\./);
  await scene.says(/Lab is watched as lab-[0-9a-f]{6}, since lab has the name that it would have\./);
  await eventually(async () => {
    expect((await clustersOf(scene)).toSorted()).toEqual(["lab", expect.stringMatching(/^lab-/), "team-a"]);
  });
  await scene.linesAre([line]);
  const stop = new AbortController();
  const looking = lookUntil(desktop, [line], stop.signal);
  await writeFile(kubeconfig, kubeconfigWith({ ...shared, name: "team-b" }));
  await clustersAre(scene, ["team-b"]);
  stop.abort();
  expect((await looking).missing).toEqual([]);
});

test("a cluster that is merely stopped keeps its names, over a restart of the watcher too", async () => {
  await using desktop = await openDesktop();
  const kubeconfig = scratchPath(desktop, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigWith(context("one", 0)));
  const flags = ["--domains=dtk.io", `--namespace=${namespace.name}`];
  await using scene = await openWatchScene({ desktop, kubeconfig, flags, until: /: connected to |does not answer/ });
  await scene.linesAre([line]);
  await api.restart("SIGKILL", async () => {
    await scene.says(/does not answer/);
    await scene.restartWatcher("SIGKILL");
    await scene.says(/does not answer/);
    expect(await desktop.added()).toEqual([line]);
  });
  await scene.says(/: connected to /);
  // A context that goes while no watcher runs takes its names along all the same.
  await scene.restartWatcher("SIGTERM", async () => writeFile(kubeconfig, kubeconfigWith(context("other", 1))));
  await clustersAre(scene, ["other"]);
  await scene.linesAre([line]);
});
