/** The real ExternalDNS before two team servers, of which one dies; and ExternalDNS's own provider `coredns`, which reads what they publish. */
import { expect, test } from "vitest";
import { startEtcdCluster } from "../cluster/etcd.ts";
import { eventually, freePort } from "../cluster/eventually.ts";
import { startExternalDNS } from "../cluster/external-dns.ts";
import { run } from "../cluster/program.ts";
import { openProxy } from "../cluster/proxy.ts";
import { ingress } from "../cluster/resources.ts";
import { openTestNamespace } from "../cluster/scene.ts";
import { configure, runTeamCommand, startTeamServer, storeFlags } from "../cluster/team-server.ts";
import { externalDNSTool } from "../cluster/tools.ts";

test("ExternalDNS goes on at the other server, never exits, and its provider coredns reads exactly the team's names", async () => {
  await using etcd = await startEtcdCluster();
  await runTeamCommand("team", "init", "dev", ...storeFlags(etcd));
  const one = await startTeamServer({ etcd });
  await using _one = one;
  await using other = await startTeamServer({ etcd });
  await configure(one, "a", "192.0.2.1", "dtk.io");
  const namespace = await openTestNamespace();
  await using proxy = await openProxy([one.port, other.port]);
  await using externalDNS = await startExternalDNS({ namespace, url: `${proxy.url}/clusters/a` });

  const shown = async (): Promise<readonly string[]> => (await other.status()).names.list.map(({ name }) => name);
  await namespace.apply(ingress({ name: "first", hosts: ["foo.dtk.io", "x.foo.dtk.io"] }));
  await eventually(async () => expect(await shown()).toEqual(["foo.dtk.io", "x.foo.dtk.io"]));
  await externalDNS.settled();

  await externalDNS.suspended(() => one.stop("SIGKILL"));
  await namespace.apply(ingress({ name: "second", hosts: ["bar.dtk.io"] }));
  await eventually(async () => expect(await shown()).toEqual(["bar.dtk.io", "foo.dtk.io", "x.foo.dtk.io"]));
  await externalDNS.settled();
  expect(externalDNS.exits).toEqual([]);

  // It says what it reads, and changes nothing.
  const judge = [
    externalDNSTool("v0.21.0"),
    `--kubeconfig=${namespace.kubeconfig}`,
    "--source=ingress",
    "--annotation-filter=no-resource=has-this",
    `--metrics-address=127.0.0.1:${await freePort()}`,
    "--provider=coredns",
    "--registry=noop",
    "--policy=sync",
    "--dry-run",
    "--once",
    "--log-level=debug",
  ];
  const urls = etcd.members.map(({ place }) => `http://${place}`).join(",");
  const said = await run(["sh", "-c", '"$@" 2>&1', "sh", ...judge], { environment: { ETCD_URLS: urls } });
  const read = [...said.matchAll(/Creating new ep \((\S+) \d+ IN (\S+) +(\S+) /g)].map((parts) =>
    parts.slice(1).join(" "),
  );
  // The domain itself has a guard, which is an alias to itself.
  expect(read.toSorted(), said).toEqual([
    "bar.dtk.io A 192.0.2.1",
    "dtk.io CNAME dtk.io",
    "foo.dtk.io A 192.0.2.1",
    "x.foo.dtk.io A 192.0.2.1",
  ]);

  await namespace.remove("ingress", "first");
  await namespace.remove("ingress", "second");
  await eventually(async () => expect(await shown()).toEqual([]));
  await externalDNS.settled();
  expect(externalDNS.exits).toEqual([]);
});
