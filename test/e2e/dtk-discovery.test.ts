/** What dtk finds unaided: a node on a network of its own, in both families, and Gateways with addresses. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Desktop, openDesktop } from "../cluster/desktop.ts";
import { type DTK, moduleFolder, openDTK } from "../cluster/dtk.ts";
import { connect, openNamespaces } from "../cluster/namespaces.ts";
import { startProgram } from "../cluster/program.ts";
import { guideIngress } from "../cluster/resources.ts";
import { linesAre } from "../cluster/scene.ts";
import { type Server, startServer } from "../cluster/server.ts";
import { missingTools } from "../cluster/tools.ts";
import { type WholeCluster, startWholeCluster } from "../cluster/whole-cluster.ts";

const missing = missingTools();

/** Documentation addresses (RFC 5737, RFC 3849); a route to so small a network goes before any other of the machine. */
const desktopIPs = ["203.0.113.129", "2001:db8:77::1"] as const;
const nodeIPs = ["203.0.113.130", "2001:db8:77::2"] as const;
const gatewayIP = "203.0.113.140";

/** Listens on every address of the node, as an ingress controller on the host network does. */
const controller = `require("node:http").createServer().listen(80, "::", () => console.log("listening"))`;

const gateway = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name: "web" },
  spec: { gatewayClassName: "any", listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
};

const route = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "HTTPRoute",
  metadata: { name: "shop" },
  spec: { parentRefs: [{ name: "web" }], hostnames: ["shop.dtk.io"], rules: [{}] },
};

function condition(type: string): object {
  const lastTransitionTime = new Date().toISOString();
  return { type, status: "True", reason: type, message: "", lastTransitionTime, observedGeneration: 1 };
}

describe.skipIf(missing !== undefined)(`dtk finds unaided (${missing ?? "all tools are there"})`, () => {
  const opened = new AsyncDisposableStack();
  let cluster: WholeCluster;
  let desktop: Desktop;
  let server: Server;
  let dtk: DTK;

  beforeAll(async () => {
    const node = opened.use(await openNamespaces("network"));
    const addresses = [0, 1].map((index) => [desktopIPs[index] ?? "", nodeIPs[index] ?? ""] as const);
    await connect({ enter: [] }, node, { name: "virbr77", addresses, length: 30 });
    opened.use(await startProgram([...node.enter, process.execPath, "-e", controller]));
    cluster = opened.use(await startWholeCluster(nodeIPs));
    desktop = opened.use(await openDesktop());
    server = opened.use(await startServer({ desktop, flags: ["--host=::"] }));
    dtk = opened.use(await openDTK({ port: server.port, kubeconfig: cluster.kubeconfig, hostIP: "" }));
  });

  afterAll(async () => opened.disposeAsync());

  const patchStatus = async (kind: string, name: string, status: object): Promise<unknown> =>
    cluster
      .in("default")
      .kubectl("patch", kind, name, "--subresource=status", "--type=merge", "-p", JSON.stringify({ status }));

  test("the node's addresses in both families, and this machine's own on the way to them", async () => {
    const { exitCode, talk } = await dtk.install();
    expect([exitCode, talk]).toEqual([0, expect.stringMatching(/^Targets +cluster: no Service or Gateway has/m)]);
    expect(talk).toContain(`Cluster IP    ${nodeIPs.join(",")}: the control-plane node control-plane; it listens`);
    expect(talk).toContain(`Host          ${desktopIPs[0]}: the address of this machine on the way to ${nodeIPs[0]}`);
    await cluster.in("default").apply(guideIngress);
    await linesAre(
      desktop,
      nodeIPs.map((address) => `${address} foo.dtk.io`),
    );
    expect((await dtk.install()).output).toContain("nothing was changed");
  });

  test("check sees from where the cluster calls", async () => {
    const { exitCode, output } = await dtk.run("check");
    expect([exitCode, output]).toEqual([
      0,
      expect.stringContaining(`reaches http://${desktopIPs[0]}:${server.port}, where it is seen as ${desktopIPs[0]}`),
    ]);
  });

  test("a Gateway with an address of its own: its routes' names point there", async () => {
    const { kubectl, apply } = cluster.in("default");
    const folder = join(moduleFolder("sigs.k8s.io/gateway-api@v1.5.1"), "config", "crd", "standard");
    const files = (await readdir(folder)).filter((file) => /_(gateways|httproutes|listenersets)\.yaml$/.test(file));
    await kubectl("apply", "--server-side", ...files.flatMap((file) => ["-f", join(folder, file)]));
    await kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=300s");
    await apply(gateway);
    await patchStatus("gateway", "web", {
      addresses: [{ type: "IPAddress", value: gatewayIP }],
      conditions: [condition("Accepted"), condition("Programmed")],
    });
    const { exitCode, talk } = await dtk.install();
    expect([exitCode, talk]).toEqual([
      0,
      expect.stringMatching(new RegExp(`^Targets +record: Gateway default/web has the address ${gatewayIP}`, "m")),
    ]);
    await apply(route);
    const parents = [{ parentRef: { name: "web" }, controllerName: "a.b/c", conditions: [condition("Accepted")] }];
    await patchStatus("httproute", "shop", { parents });
    await linesAre(desktop, [...nodeIPs.map((address) => `${address} foo.dtk.io`), `${gatewayIP} shop.dtk.io`]);
  });
});
