/** dtk from config.yaml to a name in the hosts file, with the real Kubernetes, Helm, chart and ExternalDNS. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { webhookToken } from "../../src/contract/token.ts";
import { defaultCluster } from "../../src/records/cluster.ts";
import { makeCertificates } from "../cluster/certificates.ts";
import { type PrivateDesktop, openPrivateDesktop } from "../cluster/desktop.ts";
import { type DTK, openDTK } from "../cluster/dtk.ts";
import { eventually } from "../cluster/eventually.ts";
import { run, startProgram } from "../cluster/program.ts";
import { guideIngress, ingress } from "../cluster/resources.ts";
import { linesAre } from "../cluster/scene.ts";
import { type Server, startServer } from "../cluster/server.ts";
import { missingTools, tools } from "../cluster/tools.ts";
import { type WholeCluster, startWholeCluster } from "../cluster/whole-cluster.ts";
import { kubeadmCorefile } from "../support/corefiles.ts";
import { freeDNSPort } from "../support/dns-client.ts";
import { reportSchema } from "../../src/doctor/report.ts";

const missing = missingTools();
const ownEtc = `
  for name in passwd group nsswitch.conf host.conf resolv.conf; do
    if [ -e /etc/$name ]; then cp -L /etc/$name "$D/etc/"; fi
  done
  mount --bind "$D/etc" /etc`;

describe.skipIf(missing !== undefined)(`dtk (${missing ?? "all tools are there"})`, () => {
  const opened = new AsyncDisposableStack();
  let cluster: WholeCluster;
  let desktop: PrivateDesktop;
  let server: Server;
  let dnsPort: number;
  let dtk: DTK;
  let certificates: Awaited<ReturnType<typeof makeCertificates>>;

  beforeAll(async () => {
    cluster = opened.use(await startWholeCluster());
    desktop = opened.use(await openPrivateDesktop(ownEtc, "/etc/hosts"));
    dnsPort = await freeDNSPort();
    const flags = ["--dns=on", `--dns-listen=127.0.0.1:${dnsPort}`];
    server = opened.use(await startServer({ desktop, flags }));
    dtk = opened.use(await openDTK({ port: server.port, kubeconfig: cluster.kubeconfig }));
    certificates = await makeCertificates(dtk.folder, "dtk.io");
  });

  afterAll(async () => opened.disposeAsync());

  const pods = (): readonly string[] => cluster.kubelet.running().map(({ uid }) => uid);
  const helm = async (...parameters: readonly string[]): Promise<string> =>
    run([tools.helm, "--kubeconfig", cluster.kubeconfig, "--namespace", "external-dns", ...parameters]);

  test("a dry run says what would be done, and does nothing", async () => {
    const { exitCode, output } = await dtk.install("--dry-run");
    expect(exitCode).toBe(0);
    expect(output).toContain("manage dtk.io");
    expect(output).toContain(`txtOwnerId: dtk-default`);
    expect(output).toMatch(/^\+kind: Deployment$/m);
    expect(await cluster.in("default").kubectl("get", "namespaces", "-o", "name")).not.toContain("external-dns");
    expect((await server.status()).clusters).toMatchObject([{ domains: [], clusterIPs: [] }]);
  });

  test("the guide's twelve steps, from config.yaml to curl https://foo.dtk.io", async () => {
    const program = join(import.meta.dirname, "..", "cluster", "ingress-controller.ts");
    const files = [certificates.certificate, certificates.key];
    opened.use(await startProgram([process.execPath, program, cluster.address, ...files]));
    const { exitCode, output, talk } = await dtk.run("--install-addon", "external-dns", ...dtk.chartFlags);
    expect(talk).toContain(`Cluster IP    ${cluster.address}: the control-plane node control-plane`);
    expect([exitCode, output]).toEqual([0, expect.stringMatching(/is now installed and calls the server/)]);
    expect(output).toContain(guideIngress);
    await cluster.in("default").apply(guideIngress);
    const curl = async (): Promise<string> =>
      run([...desktop.enter, "curl", "-sS", "--cacert", certificates.authority, "https://foo.dtk.io"]);
    expect(await eventually(curl)).toBe(`This is foo.dtk.io on ${cluster.address}.\n`);
  });

  test("a second run changes nothing and says so", async () => {
    const before = [pods(), await helm("history", "external-dns", "-o", "json"), await desktop.hosts()];
    const { exitCode, output, talk } = await dtk.install();
    expect(talk).not.toMatch(/Server:|Helm|Waiting/);
    expect([exitCode, output]).toEqual([0, expect.stringContaining("nothing was changed")]);
    expect([pods(), await helm("history", "external-dns", "-o", "json"), await desktop.hosts()]).toEqual(before);
    const result = JSON.parse((await dtk.install("--json")).output) as unknown;
    expect(result).toMatchObject({ changed: false, clusterIPs: [cluster.address], domains: ["dtk.io"] });
  });

  test("other domains: the old one goes from the server, the new one is seen, and the pod is new", async () => {
    await server.request("POST", "/domains", "by-hand.io");
    const [before] = pods();
    await dtk.configure({ domain: "[new.io, more.io]" });
    expect(await dtk.install()).toMatchObject({ exitCode: 0 });
    expect((await server.status()).clusters).toMatchObject([{ domains: ["by-hand.io", "new.io", "more.io"] }]);
    await linesAre(desktop, []);
    await cluster.in("default").apply(ingress({ name: "new", hosts: ["foo.new.io"] }));
    await linesAre(desktop, [`${cluster.address} foo.new.io`]);
    expect(pods()).not.toContain(before);
    await dtk.configure({ domain: "dtk.io,new.io" });
    expect(await dtk.install()).toMatchObject({ exitCode: 0 });
    await linesAre(desktop, [`${cluster.address} foo.dtk.io`, `${cluster.address} foo.new.io`]);
  });

  test("Ingresses that ExternalDNS passes over are listed with the annotation to paste, which works", async () => {
    const silent = { ...ingress({ name: "silent", hosts: ["silent.dtk.io"] }), metadata: { name: "silent" } };
    await cluster.in("default").apply(silent);
    const { output } = await dtk.install();
    const command = /^ {2}kubectl (.*silent.*)$/m.exec(output)?.[1] ?? "";
    await cluster.in("default").kubectl(...command.split(" ").filter((word) => word !== "-n" && word !== "default"));
    await eventually(async () => expect(await desktop.added()).toContain(`${cluster.address} silent.dtk.io`));
    await cluster.in("default").remove("ingress", "silent");
  });

  test("with --dns-in-cluster the cluster's CoreDNS asks the responder; without the add-on it no longer does", async () => {
    const kubeSystem = cluster.in("kube-system");
    const metadata = { name: "coredns" };
    await kubeSystem.apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { Corefile: kubeadmCorefile } });
    const corefile = async (): Promise<string> =>
      kubeSystem.kubectl("get", "configmap", "coredns", "-o", "jsonpath={.data.Corefile}");
    const { exitCode, output } = await dtk.install("--dns-in-cluster");
    expect([exitCode, output]).toEqual([0, expect.stringContaining(`now asks 127.0.0.1:${dnsPort} about dtk.io`)]);
    expect(await corefile()).toContain(`forward . 127.0.0.1:${dnsPort}\n`);
    expect((await dtk.install("--dns-in-cluster")).output).toContain(`already asks 127.0.0.1:${dnsPort}`);
    expect((await dtk.run("uninstall-addon", "external-dns", "--dry-run")).output).toContain("ConfigMap coredns");
    expect(await dtk.run("uninstall-addon", "external-dns", "--yes")).toMatchObject({ exitCode: 0 });
    expect(await corefile()).toBe(kubeadmCorefile);
    expect(await dtk.install()).toMatchObject({ exitCode: 0 });
  });

  test("user's own values win, and the pods follow", async () => {
    await writeFile(join(dtk.folder, "own.yaml"), "interval: 3s\nlogLevel: info\n");
    expect(await dtk.install("--values=own.yaml", "--set=logLevel=debug")).toMatchObject({ exitCode: 0 });
    const [pod] = cluster.kubelet.running();
    expect(pod?.command).toEqual(expect.arrayContaining(["--interval=3s", "--log-level=debug"]));
    expect((await dtk.install("--values=own.yaml", "--set=logLevel=debug")).output).toContain("nothing was changed");
  });

  test("with a token: it lies in a Secret and nowhere else, and a new one restarts the pod", async () => {
    const tokenFile = join(dtk.folder, "token");
    await server.stop();
    let port = server.port;
    for (const adminToken of ["first-admin-token-0123", "second-admin-token-456"]) {
      await writeFile(tokenFile, adminToken);
      const token = webhookToken(adminToken, defaultCluster);
      const before = pods();
      await using guarded = await startServer({
        desktop,
        port,
        flags: [`--token-file=${tokenFile}`],
        until: "answering",
      });
      port = guarded.port;
      expect(await dtk.install()).toMatchObject({ exitCode: 3, talk: expect.stringContaining("requires a token") });
      expect(await dtk.install(`--token-file=${tokenFile}`)).toMatchObject({ exitCode: 0 });
      expect(pods()).not.toEqual(before);
      expect(cluster.kubelet.running()[0]?.environment).toMatchObject({ TOKEN: token });
      const places = [
        await helm("get", "values", "external-dns"),
        await helm("get", "manifest", "external-dns"),
        await cluster.in("external-dns").kubectl("get", "deployments,pods,configmaps", "-o", "yaml"),
        guarded.log(),
      ];
      expect(places.filter((text) => text.includes(token) || text.includes(adminToken))).toEqual([]);
      expect((await dtk.install(`--token-file=${tokenFile}`)).output).toContain("nothing was changed");
    }
    server = opened.use(await startServer({ desktop, port, flags: [] }));
    expect(await dtk.install()).toMatchObject({
      exitCode: 0,
      talk: expect.stringContaining("Removing the token's Secret"),
    });
  });

  test("another port: the URL follows", async () => {
    const moved = await startServer({
      desktop: { ...desktop, stateFolder: `${desktop.stateFolder}-2` },
      flags: ["--dry-run"],
    });
    opened.use(moved);
    await dtk.configure({ port: moved.port });
    expect(await dtk.install()).toMatchObject({ exitCode: 0 });
    expect(cluster.kubelet.running()[0]?.command).toContain(`--webhook-provider-url=http://127.0.0.1:${moved.port}`);
    await dtk.configure({ port: server.port });
    expect(await dtk.install()).toMatchObject({ exitCode: 0 });
  });

  test("install-addons does what is enabled and leaves the rest to DTK; list-addons says how they do", async () => {
    const { exitCode, talk } = await dtk.run("install-addons", ...dtk.chartFlags);
    expect([exitCode, talk]).toEqual([0, expect.stringContaining("metallb is left to DTK")]);
    const { output } = await dtk.run("list-addons");
    expect(output).toMatch(/^external-dns {2}enabled {3}external-dns-1\.21\.1, runs and calls the server$/m);
    expect(output).toMatch(/^metallb {7}enabled {3}left to DTK$/m);
  });

  test("check reaches the server from inside", async () => {
    const { exitCode, output } = await dtk.run("check");
    expect([exitCode, output]).toEqual([
      0,
      expect.stringMatching(
        /ok {7}The cluster reaches http:\/\/127\.0\.0\.1:\d+, where it is seen as 127\.0\.0\.1, which may call\./,
      ),
    ]);
    await server.request("POST", "/clusterip", "192.0.2.1");
    const moved = await dtk.run("check", "--json");
    expect(moved.exitCode).toBe(1);
    const { checks } = reportSchema.parse(JSON.parse(moved.output));
    expect(checks.flatMap(({ findings }) => findings)).toContainEqual(
      expect.objectContaining({ grade: "problem", command: expect.stringContaining("install-addon") }),
    );
    expect(await dtk.install()).toMatchObject({ exitCode: 0 });
  });

  test("uninstall keeps a namespace in which others live, and takes everything else away", async () => {
    expect(await dtk.run("uninstall-addon", "external-dns")).toMatchObject({
      exitCode: 2,
      talk: expect.stringContaining("--yes"),
    });
    await cluster.in("external-dns").kubectl("create", "configmap", "of-somebody");
    const first = await dtk.run("uninstall-addon", "external-dns", "--yes");
    expect([first.exitCode, first.output]).toEqual([
      0,
      expect.stringContaining("Kept the namespace external-dns: configmaps/of-somebody is in it."),
    ]);
    await linesAre(desktop, []);
    expect((await server.status()).clusters).toMatchObject([{ domains: [], records: {} }]);
    expect((await dtk.run("uninstall-addon", "external-dns", "--yes")).output).toContain("nothing of the add-on");
    await cluster.in("default").kubectl("delete", "namespace", "external-dns");
    expect(await dtk.install()).toMatchObject({ exitCode: 0 });
    const second = await dtk.run("uninstall-addon", "external-dns", "--yes");
    expect([second.exitCode, second.output]).toEqual([
      0,
      expect.stringContaining("Removed the namespace external-dns."),
    ]);
    await eventually(async () =>
      expect(await cluster.in("default").kubectl("get", "namespaces", "-o", "name")).not.toContain("external-dns"),
    );
  });
});
