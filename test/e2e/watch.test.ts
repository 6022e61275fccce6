/** The watcher with real parts: an object comes, changes and goes in a real API server, and the hosts file follows. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startAPIServer } from "../cluster/api-server.ts";
import { type Desktop, openDesktop, userLines } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { startExternalDNS } from "../cluster/external-dns.ts";
import { type Namespace, inNamespace } from "../cluster/kubernetes.ts";
import { ingress } from "../cluster/resources.ts";
import { linesAre, openTestNamespace } from "../cluster/scene.ts";
import { startServer } from "../cluster/server.ts";
import { startWatcher } from "../cluster/watcher.ts";

/** Without an annotation and without a status. */
function plainIngress(name: string, ...hosts: readonly string[]): object {
  const { metadata, ...others } = ingress({ name, hosts }) as { metadata: object };
  return { ...others, metadata: { ...metadata, annotations: {} } };
}

test("an Ingress without annotation or status has its line as long as it is there", async () => {
  const namespace = await openTestNamespace();
  await using desktop = await openDesktop();
  await using server = await startServer({ desktop, flags: [] });
  const flags = ["--domains=dtk.io", `--namespace=${namespace.name}`];
  await using watcher = await startWatcher({ desktop, server, kubeconfig: namespace.kubeconfig, flags });
  await namespace.apply(plainIngress("test", "foo.dtk.io"));
  await linesAre(desktop, ["127.0.0.1 foo.dtk.io"]);
  await namespace.apply(plainIngress("test", "bar.dtk.io", "baz.dtk.io", "elsewhere.example.com"));
  await linesAre(desktop, ["127.0.0.1 bar.dtk.io", "127.0.0.1 baz.dtk.io"]);
  await namespace.remove("ingress", "test");
  await linesAre(desktop, []);
  expect(await desktop.hosts()).toBe(userLines);
  expect(watcher.exit()).toBeUndefined();
});

/** More by way of the environment, as in `WATCH_KILLS=200`. */
const kills = Number(process.env["WATCH_KILLS"] ?? 6);

test("an API server that is killed under a stream of changes costs no name", async () => {
  await using api = await startAPIServer();
  await using desktop = await openDesktop();
  await using server = await startServer({ desktop, flags: [] });
  await using watcher = await startWatcher({ desktop, server, kubeconfig: api.kubeconfig });
  const cluster = inNamespace(api.kubeconfig, "default");
  await cluster.apply(plainIngress("lasting", "lasting.dtk.io"));
  const lasting = "127.0.0.1 lasting.dtk.io";
  await linesAre(desktop, [lasting]);
  const present = new Set<number>();
  const stop = new AbortController();
  const changing = changeUntil(cluster, present, stop.signal);
  const looking = lookUntil(desktop, lasting, stop.signal);
  for (let count = 0; count < kills; count++) await api.restart(count % 4 === 3 ? "SIGTERM" : "SIGKILL");
  stop.abort();
  await changing;
  const lines = [lasting, ...[...present].map((number) => `127.0.0.1 n${number}.dtk.io`)];
  await eventually(async () => expect((await desktop.added()).toSorted()).toEqual(lines.toSorted()));
  expect(await looking).toBeGreaterThan(100);
  await cluster.apply(plainIngress("last", "last.dtk.io"));
  await eventually(async () => expect(await desktop.added()).toContain("127.0.0.1 last.dtk.io"));
  expect(watcher.exit()).toBeUndefined();
});

/** Creates Ingresses and deletes them again at random, through whatever happens to the API server. */
async function changeUntil(cluster: Namespace, present: Set<number>, signal: AbortSignal): Promise<void> {
  for (let number = 0; !signal.aborted; number++) {
    const old = [...present][0];
    await untilDone(async () => cluster.apply(plainIngress(`n${number}`, `n${number}.dtk.io`)));
    present.add(number);
    if (old === undefined || present.size < 5) continue;
    await untilDone(async () => void (await cluster.kubectl("delete", "ingress", `n${old}`, "--ignore-not-found")));
    present.delete(old);
  }
}

async function untilDone(work: () => Promise<void>): Promise<void> {
  await eventually(work, { intervalMs: 100 });
}

/** Looks all the time whether a line is there, and returns how often it was. */
async function lookUntil(desktop: Desktop, line: string, signal: AbortSignal): Promise<number> {
  let count = 0;
  for (; !signal.aborted; count++) {
    expect(await desktop.added()).toContain(line);
    await sleep(20);
  }
  return count;
}

test("both feeds at once: ExternalDNS and the watcher leave each other's records alone", async () => {
  const namespace = await openTestNamespace();
  await using desktop = await openDesktop();
  await using server = await startServer({ desktop, flags: [] });
  const flags = ["--domains=dtk.io", `--namespace=${namespace.name}`];
  await using watcher = await startWatcher({ desktop, server, kubeconfig: namespace.kubeconfig, flags });
  await namespace.apply(ingress({ name: "test", hosts: ["foo.dtk.io"] }));
  await linesAre(desktop, ["127.0.0.1 foo.dtk.io"]);
  {
    const url = `${server.url}/clusters/test`;
    await using externalDNS = await startExternalDNS({ namespace, url, registry: "noop" });
    await externalDNS.settled();
    await namespace.apply(ingress({ name: "more", hosts: ["more.dtk.io"] }));
    await linesAre(desktop, ["127.0.0.1 foo.dtk.io", "127.0.0.1 more.dtk.io"]);
    await externalDNS.settled();
    expect(externalDNS.exits).toEqual([]);
  }
  await watcher.stop();
  expect(await desktop.added()).toEqual(["127.0.0.1 foo.dtk.io", "127.0.0.1 more.dtk.io"]);
});

test("a cluster that is deleted and made anew under its name replaces its names", async () => {
  await using desktop = await openDesktop();
  await using server = await startServer({ desktop, flags: [] });
  const kubeconfig = join(desktop.stateFolder, "kubeconfig");
  await using stack = new AsyncDisposableStack();
  const first = stack.use(await startAPIServer());
  await writeFile(kubeconfig, await readFile(first.kubeconfig));
  await using watcher = await startWatcher({ desktop, server, kubeconfig });
  await inNamespace(first.kubeconfig, "default").apply(plainIngress("a", "old.dtk.io", "both.dtk.io"));
  await linesAre(desktop, ["127.0.0.1 both.dtk.io", "127.0.0.1 old.dtk.io"]);

  const second = stack.use(await startAPIServer());
  await inNamespace(second.kubeconfig, "default").apply(plainIngress("b", "both.dtk.io", "new.dtk.io"));
  const whole = await readFile(second.kubeconfig);
  await writeFile(kubeconfig, whole.subarray(0, whole.length / 2));
  await sleep(300);
  expect(await desktop.added()).toEqual(["127.0.0.1 both.dtk.io", "127.0.0.1 old.dtk.io"]);
  await writeFile(kubeconfig, whole);
  await linesAre(desktop, ["127.0.0.1 both.dtk.io", "127.0.0.1 new.dtk.io"]);
  expect(watcher.log()).toContain("another cluster than before");

  await writeFile(kubeconfig, "apiVersion: v1\nkind: Config\n");
  await linesAre(desktop, []);
  expect(await desktop.hosts()).toBe(userLines);
});
