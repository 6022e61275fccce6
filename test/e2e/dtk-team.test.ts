/** dtk points a cluster's ExternalDNS at a team server, with the real Kubernetes, Helm, chart, ExternalDNS and etcd. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { webhookToken } from "../../src/contract/token.ts";
import { type ClusterName } from "../../src/records/cluster.ts";
import { type DTK, openDTK } from "../cluster/dtk.ts";
import { type EtcdCluster, startEtcdCluster } from "../cluster/etcd.ts";
import { eventually, freePort } from "../cluster/eventually.ts";
import { ingress } from "../cluster/resources.ts";
import { type TeamServer, runTeamCommand, startTeamServer, storeFlags } from "../cluster/team-server.ts";
import { missingTools } from "../cluster/tools.ts";
import { type WholeCluster, startWholeCluster } from "../cluster/whole-cluster.ts";
import { curl } from "../support/http.ts";

const missing = missingTools();
const admin = "0123456789abcdef0123456789abcdef";

describe.skipIf(missing !== undefined)(`dtk and a team (${missing ?? "all tools are there"})`, () => {
  const opened = new AsyncDisposableStack();
  let cluster: WholeCluster;
  let etcd: EtcdCluster;
  let server: TeamServer;
  let dtk: DTK;

  beforeAll(async () => {
    cluster = opened.use(await startWholeCluster());
    etcd = opened.use(await startEtcdCluster({ members: 1 }));
    await runTeamCommand("team", "init", "dev", ...storeFlags(etcd));
    dtk = opened.use(
      await openDTK({ kubeconfig: cluster.kubeconfig, port: await freePort(), domain: "dev.example.com" }),
    );
    for (const [name, text] of [
      ["token", admin],
      ["other", "f".repeat(32)],
    ] as const)
      await writeFile(join(dtk.folder, name), text, { mode: 0o600 });
    server = opened.use(await startTeamServer({ etcd, flags: [`--token-file=${join(dtk.folder, "token")}`] }));
  });
  afterAll(() => opened.disposeAsync());

  const flags = (...more: readonly string[]): readonly string[] => [
    `--team=${server.url}`,
    "--cluster=ann",
    "--cluster-ip=10.0.0.1",
    ...more,
  ];
  const names = async (): Promise<readonly string[]> => {
    const answer = await curl(`${server.url}/names`, { headers: { authorization: `Bearer ${admin}` } });
    return [...answer.text.matchAll(/"name":"([^"]+)"/g)].map(([, name = ""]) => name);
  };

  test("what cannot work is said, and nothing is changed", async () => {
    const nobody = await dtk.install("--team=http://127.0.0.1:9", "--cluster=ann");
    expect([nobody.exitCode, nobody.talk]).toEqual([
      3,
      expect.stringContaining("No team server answers at http://127.0.0.1:9"),
    ]);
    expect((await dtk.install(...flags())).talk).toContain("requires a token");
    const wrong = await dtk.install(...flags("--token-file=other"));
    expect([wrong.exitCode, wrong.talk]).toEqual([
      3,
      expect.stringContaining("does not prove that it knows the token"),
    ]);
    const nameless = await dtk.install(`--team=${server.url}`);
    expect([nameless.exitCode, nameless.talk]).toEqual([2, expect.stringContaining("needs a name of its own")]);
    const dns = await dtk.install(...flags("--token-file=token", "--dns-in-cluster"));
    expect([dns.exitCode, dns.talk]).toEqual([2, expect.stringContaining("answers no DNS queries")]);
    expect(await cluster.in("default").kubectl("get", "namespaces", "-o", "name")).not.toContain("external-dns");
  });

  test("the team server has the cluster, ExternalDNS has the cluster's own token, and an Ingress is the team's", async () => {
    const { exitCode, output, talk } = await dtk.install(...flags("--token-file=token"));
    expect([exitCode, output], talk).toEqual([0, expect.stringContaining("on every desktop that joined it")]);
    expect(talk).toContain(`Webhook       http://ann:$(TOKEN)@127.0.0.1:${server.port}/clusters/ann`);
    const secret = await cluster
      .in("external-dns")
      .kubectl("get", "secret", "hostsfile-server-webhook", "-o", "jsonpath={.data.token}");
    expect(Buffer.from(secret, "base64").toString()).toBe(webhookToken(admin, "ann" as ClusterName));
    await cluster.in("default").apply(ingress({ name: "shared", hosts: ["foo.dev.example.com"] }));
    await eventually(async () => expect(await names()).toEqual(["foo.dev.example.com"]));
    expect(await etcd.list("/hostsfile-server/v1/records/ann/foo.dev.example.com")).toHaveProperty("size", 1);
  });

  test("a second run changes nothing", async () => {
    const { exitCode, output } = await dtk.install(...flags("--token-file=token"));
    expect([exitCode, output]).toEqual([0, expect.stringContaining("nothing was changed")]);
  });

  test("taken away, nothing of the cluster is left in the team", async () => {
    await cluster.in("default").remove("ingress", "shared");
    const { exitCode, talk } = await dtk.run(
      "uninstall-addon",
      "external-dns",
      ...flags("--token-file=token"),
      "--yes",
    );
    expect(exitCode, talk).toBe(0);
    await eventually(async () => expect(await names()).toEqual([]));
    expect([...(await etcd.list("/hostsfile-server/v1/records/")).keys()]).toEqual([]);
    expect([...(await etcd.list("/hostsfile-server/v1/clusters/")).keys()]).toEqual([]);
  });
});
