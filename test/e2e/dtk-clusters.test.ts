/** Two clusters on one server, the charts that are out, and a release from before dtk. */
import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { openDesktop } from "../cluster/desktop.ts";
import { chartFolder, openDTK } from "../cluster/dtk.ts";
import { run } from "../cluster/program.ts";
import { guideIngress, ingress } from "../cluster/resources.ts";
import { linesAre } from "../cluster/scene.ts";
import { startServer } from "../cluster/server.ts";
import { missingTools, tools } from "../cluster/tools.ts";
import { startWholeCluster } from "../cluster/whole-cluster.ts";

const missing = missingTools();

describe.skipIf(missing !== undefined)(`dtk (${missing ?? "all tools are there"})`, () => {
  test("two clusters on one server, and a cluster that gets another name", async () => {
    await using desktop = await openDesktop();
    await using server = await startServer({ desktop, flags: [] });
    await using a = await startWholeCluster();
    await using b = await startWholeCluster();
    using ofA = await openDTK({ port: server.port, kubeconfig: a.kubeconfig, more: ["cluster: kind-a"] });
    using ofB = await openDTK({ port: server.port, kubeconfig: b.kubeconfig });
    expect(await ofA.install()).toMatchObject({ exitCode: 0 });
    expect(await ofB.install("--cluster=kind-b")).toMatchObject({ exitCode: 0 });
    await a.in("default").apply(ingress({ name: "one", hosts: ["a.dtk.io"] }));
    await b.in("default").apply(ingress({ name: "one", hosts: ["b.dtk.io"] }));
    await linesAre(desktop, [`${a.address} a.dtk.io`, `${b.address} b.dtk.io`]);

    expect(await ofB.install("--cluster=kind-c")).toMatchObject({ exitCode: 0 });
    await linesAre(desktop, [`${a.address} a.dtk.io`, `${b.address} b.dtk.io`]);
    expect((await server.status()).clusters.map(({ name }) => name)).toEqual(["default", "kind-a", "kind-c"]);

    expect(await ofA.run("uninstall-addon", "external-dns", "--yes")).toMatchObject({ exitCode: 0 });
    await linesAre(desktop, [`${b.address} b.dtk.io`]);
    await server.stop();
    const last = await ofB.run("uninstall-addon", "external-dns", "--yes", "--cluster=kind-c");
    expect(last).toMatchObject({ exitCode: 1, output: expect.stringContaining("clear --cluster kind-c") });
  });

  test("two clusters under one name: dtk asks before it mixes them", async () => {
    await using desktop = await openDesktop();
    await using server = await startServer({ desktop, flags: [] });
    await using a = await startWholeCluster();
    await using b = await startWholeCluster();
    using ofA = await openDTK({ port: server.port, kubeconfig: a.kubeconfig });
    using ofB = await openDTK({ port: server.port, kubeconfig: b.kubeconfig });
    expect(await ofA.install()).toMatchObject({ exitCode: 0 });
    const { exitCode, talk } = await ofB.install();
    expect([exitCode, talk]).toEqual([2, expect.stringContaining(`a cluster default already, at ${a.address}`)]);
    expect(talk).toContain("--cluster NAME");
    expect((await server.status()).clusters).toMatchObject([{ name: "default", clusterIPs: [a.address] }]);
    expect(await b.in("default").kubectl("get", "namespaces", "-o", "name")).not.toContain("external-dns");
    expect(await ofB.install("--cluster=other")).toMatchObject({ exitCode: 0 });
    expect(await ofA.install()).toMatchObject({ exitCode: 0, output: expect.stringContaining("nothing was changed") });
  });

  test("Services with addresses of their own: names point where their records do", async () => {
    await using desktop = await openDesktop();
    await using server = await startServer({ desktop, flags: [] });
    await using cluster = await startWholeCluster();
    const { kubectl } = cluster.in("default");
    await kubectl("create", "service", "loadbalancer", "balanced", "--tcp=80");
    const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: "127.90.0.1" }] } } });
    await kubectl("patch", "service", "balanced", "--subresource=status", "--type=merge", "-p", status);
    using dtk = await openDTK({ port: server.port, kubeconfig: cluster.kubeconfig });
    const { exitCode, talk } = await dtk.install();
    expect([exitCode, talk]).toEqual([0, expect.stringMatching(/^Targets +record: .*balanced/m)]);
    expect((await server.status()).clusters).toMatchObject([{ targets: "record" }]);
    await cluster
      .in("default")
      .apply({ ...ingress({ name: "one", hosts: ["one.dtk.io"] }), metadata: { name: "one" } });
    const address = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: "127.90.0.7" }] } } });
    await kubectl("patch", "ingress", "one", "--subresource=status", "--type=merge", "-p", address);
    await linesAre(desktop, ["127.90.0.7 one.dtk.io"]);
    expect(await dtk.install("--targets=cluster")).toMatchObject({ exitCode: 0 });
    await linesAre(desktop, [`${cluster.address} one.dtk.io`]);
  });

  /** The module v0.19.0 holds chart 1.18.0, v0.21.0 holds 1.20.0. */
  test.each([
    { chart: "v0.19.0", helm: tools.helm3, version: 3 },
    { chart: "v0.21.0", helm: tools.helm, version: 4 },
  ])("the chart of the module $chart, with Helm $version", async ({ chart, helm, version }) => {
    expect(await run([helm, "version", "--short"])).toMatch(new RegExp(`^v${version}\\.`));
    await using desktop = await openDesktop();
    await using server = await startServer({ desktop, flags: [] });
    await using cluster = await startWholeCluster();
    using dtk = await openDTK({ port: server.port, kubeconfig: cluster.kubeconfig, chart, helm });
    expect(await dtk.install()).toMatchObject({ exitCode: 0 });
    await cluster.in("default").apply(guideIngress);
    await linesAre(desktop, [`${cluster.address} foo.dtk.io`]);
    expect(cluster.kubelet.running()).toHaveLength(1);
    expect((await dtk.install()).output).toContain("nothing was changed");
    await cluster.in("default").remove("ingress", "test");
    await linesAre(desktop, []);
  });

  test("the predecessor's own way works, and dtk takes its release over when told to", async () => {
    await using desktop = await openDesktop();
    await using server = await startServer({ desktop, flags: [] });
    await using cluster = await startWholeCluster();
    using dtk = await openDTK({ port: server.port, kubeconfig: cluster.kubeconfig, chart: "v0.21.0" });
    await run(["curl", "-sS", "-X", "POST", `${server.url}/domains`, "-d", "dtk.io"]);
    await run(["curl", "-sS", "-X", "POST", `${server.url}/clusterip`, "-d", cluster.address]);
    const values = [
      "provider: {name: 'webhook '}",
      "sources: [ingress]",
      `extraArgs: ["--webhook-provider-url=${server.url}"]`,
      "policy: sync",
      "interval: 1s",
    ];
    await writeFile(join(dtk.folder, "values.yaml"), values.join("\n"));
    const flags = ["--kubeconfig", cluster.kubeconfig, "--namespace", "external-dns", "--create-namespace"];
    const chart = chartFolder("v0.21.0");
    await run([
      tools.helm,
      "upgrade",
      "--install",
      "external-dns",
      chart,
      ...flags,
      "-f",
      join(dtk.folder, "values.yaml"),
    ]);
    await cluster.in("default").apply(guideIngress);
    await linesAre(desktop, [`${cluster.address} foo.dtk.io`]);

    expect(await dtk.install()).toMatchObject({ exitCode: 2, talk: expect.stringContaining("dtk did not make") });
    expect(await dtk.install("--yes")).toMatchObject({ exitCode: 0 });
    await linesAre(desktop, [`${cluster.address} foo.dtk.io`]);
    expect((await dtk.run("uninstall-addon", "external-dns", "--yes")).output).toContain("dtk did not make it");
    await linesAre(desktop, []);
  });
});
