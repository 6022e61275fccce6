/** The real ExternalDNS and the watcher on one real cluster: neither touches the other's records, one sentence says so, and either may end. */
import { expect, test } from "vitest";
import { type Desktop, openDesktop } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { startExternalDNS } from "../cluster/external-dns.ts";
import { ingress } from "../cluster/resources.ts";
import { linesAre, openTestNamespace } from "../cluster/scene.ts";
import { type Server, startServer } from "../cluster/server.ts";
import { startWatcher } from "../cluster/watcher.ts";

const foo = "127.0.0.1 foo.dtk.io";
const more = "127.0.0.1 more.dtk.io";

/** What needs attention, each with its command. */
async function attentionOf(server: Server): Promise<readonly string[]> {
  const { attention } = await server.status();
  return attention.map(({ code, command = "" }) => `${code}: ${command}`);
}

async function feedsOf(server: Server, name: string): Promise<readonly string[] | undefined> {
  return (await server.status()).clusters.find((cluster) => cluster.name === name)?.feeds;
}

/** Looks for a while that nothing moves. */
async function stay(desktop: Desktop, lines: readonly string[], looks = 20): Promise<void> {
  for (let count = 0; count < looks; count++) {
    expect(await desktop.added()).toEqual(lines);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test.each(["noop", "txt"] as const)("under one name, with the registry %s", async (registry) => {
  const namespace = await openTestNamespace();
  await using desktop = await openDesktop();
  await using server = await startServer({ desktop, flags: [] });
  const flags = ["--domains=dtk.io", `--namespace=${namespace.name}`];
  const watching = { desktop, server, kubeconfig: namespace.kubeconfig, flags };
  await using watcher = await startWatcher(watching);
  await namespace.apply(ingress({ name: "test", hosts: ["foo.dtk.io"] }));
  await linesAre(desktop, [foo]);
  const { clusters } = await server.status();
  const name = clusters.find(({ watch }) => watch !== undefined)?.name ?? "";
  await eventually(async () => expect(await attentionOf(server)).toEqual([]));
  {
    await using externalDNS = await startExternalDNS({ namespace, url: `${server.url}/clusters/${name}`, registry });
    await externalDNS.settled();
    await namespace.apply(ingress({ name: "more", hosts: ["more.dtk.io"] }));
    await linesAre(desktop, [foo, more]);
    await externalDNS.settled();
    expect(await feedsOf(server, name)).toEqual(["external-dns", "watch"]);
    expect(await attentionOf(server)).toEqual(["fed-twice: dtk uninstall-addon external-dns --context test"]);
    await stay(desktop, [foo, more]);
    expect(externalDNS.exits).toEqual([]);
  }
  // As `dtk uninstall-addon external-dns` does.
  await server.request("DELETE", `/clusters/${name}/feeds/external-dns`);
  await stay(desktop, [foo, more]);
  expect([await feedsOf(server, name), await attentionOf(server)]).toEqual([["watch"], []]);
  await namespace.remove("ingress", "more");
  await linesAre(desktop, [foo]);
  expect(watcher.exit()).toBeUndefined();
});

test("under one name, when the watcher is what ends", async () => {
  const namespace = await openTestNamespace();
  await using desktop = await openDesktop();
  await using server = await startServer({ desktop, flags: [] });
  const flags = ["--domains=dtk.io", `--namespace=${namespace.name}`];
  await using watcher = await startWatcher({ desktop, server, kubeconfig: namespace.kubeconfig, flags });
  await namespace.apply(ingress({ name: "test", hosts: ["foo.dtk.io"] }));
  await linesAre(desktop, [foo]);
  const name = (await server.status()).clusters.find(({ watch }) => watch !== undefined)?.name ?? "";
  await using externalDNS = await startExternalDNS({ namespace, url: `${server.url}/clusters/${name}` });
  await externalDNS.settled();
  await watcher.stop();
  expect(await attentionOf(server)).toEqual(["watch-not-running: hostsfile-server watch"]);
  await server.request("DELETE", `/clusters/${name}/feeds/watch`);
  await stay(desktop, [foo]);
  await externalDNS.settled();
  expect([await feedsOf(server, name), await attentionOf(server)]).toEqual([["external-dns"], []]);
  await namespace.apply(ingress({ name: "more", hosts: ["more.dtk.io"] }));
  await linesAre(desktop, [foo, more]);
  expect(externalDNS.exits).toEqual([]);
});

test("under two names, ExternalDNS at the root path as the guide has it", async () => {
  const namespace = await openTestNamespace();
  await using desktop = await openDesktop();
  await using server = await startServer({ desktop, flags: ["--domains=dtk.io", "--cluster-ip=127.0.0.1"] });
  await namespace.apply(
    ingress({ name: "test", hosts: ["foo.dtk.io"] }),
    ingress({ name: "more", hosts: ["more.dtk.io"] }),
  );
  await using externalDNS = await startExternalDNS({ namespace, url: server.url });
  await linesAre(desktop, [foo, more]);
  const flags = [`--namespace=${namespace.name}`];
  await using watcher = await startWatcher({ desktop, server, kubeconfig: namespace.kubeconfig, flags });
  await eventually(async () =>
    expect((await attentionOf(server)).map((item) => item.split(":")[0])).toEqual(["fed-twice"]),
  );
  await externalDNS.settled();
  const { notShown, contested, clusters } = await server.status();
  expect([notShown.total, contested.total]).toEqual([0, 0]);
  expect(clusters.map(({ sameAs }) => sameAs)).toContain("default");
  await stay(desktop, [foo, more]);
  await server.request("DELETE", "/clusters/default/feeds/external-dns");
  await stay(desktop, [foo, more]);
  expect([watcher.exit(), externalDNS.exits]).toEqual([undefined, []]);
});
