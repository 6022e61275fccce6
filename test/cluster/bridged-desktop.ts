/**
 * A desktop and the machine of its cluster, joined by a bridge as libvirt makes it, each with a network of its own:
 * 192.168.122.1 and 192.168.122.167. The pods run on the machine, so that what is between the two can be broken.
 */
import { join } from "node:path";
import { expect } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { makeCertificates } from "./certificates.ts";
import { userLines } from "./desktop.ts";
import { mountsOfItsOwn } from "./documented-desktop.ts";
import { chartFolder } from "./dtk.ts";
import { eventually } from "./eventually.ts";
import { forwardPort } from "./forward.ts";
import { type Namespaces, connect, openNamespaces } from "./namespaces.ts";
import { type Program, run, startProgram } from "./program.ts";
import { guideIngress } from "./resources.ts";
import { type Terminal, openTerminal } from "./terminal.ts";
import { type WholeCluster, startWholeCluster } from "./whole-cluster.ts";

export const desktopAddress = "192.168.122.1";
export const machineAddress = "192.168.122.167";

export interface BridgedDesktop extends AsyncDisposable {
  readonly cluster: WholeCluster;
  readonly terminal: Terminal;
  /** The cluster's machine; commands inside run on its network. */
  readonly machine: Namespaces;
  /** Lets the desktop reach the API server; disposing of it cuts the way. */
  readonly connectAPI: () => Promise<AsyncDisposable>;
  /** Starts an ingress controller on the machine, at its address or another. */
  readonly startController: (address?: string) => Promise<Program>;
}

/** Opens both, with a running cluster; the desktop reaches its API once {@link BridgedDesktop.connectAPI} is called. */
export async function openBridgedDesktop(): Promise<BridgedDesktop> {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(temporaryFolder()).path;
  const machine = opened.use(await openNamespaces("network"));
  const desktop = opened.use(await openNamespaces("machine"));
  await connect(desktop, machine, { name: "virbr0", addresses: [[desktopAddress, machineAddress]] });
  await run([...desktop.enter, "sh", "-ec", mountsOfItsOwn], { environment: { D: folder, HOSTS: userLines } });
  const cluster = opened.use(await startWholeCluster([machineAddress], machine.enter));
  const port = Number(new URL(cluster.api.server).port);
  opened.use(await forwardPort(port, machine.enter));
  const { kubeconfig } = cluster;
  const chart = chartFolder("v0.22.0");
  // The chart comes from its source, in place of its repository on the internet.
  const rewrite = (code: string): string => code.replace(/external-dns --repo \S+ --version \S+/, () => chart);
  const terminal = opened.use(await openTerminal({ enter: desktop.enter, folder, kubeconfig, rewrite }));
  const { certificate, key } = await makeCertificates(folder, "dtk.io");
  const controllers = opened.use(new AsyncDisposableStack());
  const owned = opened.move();
  return {
    cluster,
    terminal,
    machine,
    connectAPI: async () => forwardPort(port, desktop.enter),
    startController: async (address = machineAddress) => {
      const program = join(import.meta.dirname, "ingress-controller.ts");
      const command = [process.execPath, program, address, certificate, key];
      const started = controllers.use(await startProgram([...machine.enter, ...command]));
      await eventually(() => expect(started.log()).toContain("listening"));
      return started;
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

/** Behind the chart's name; the terminal puts the chart's source in place of its repository. */
export const chartPlace =
  "--repo https://kubernetes-sigs.github.io/external-dns/ --version 1.21.1 --namespace external-dns";

const values = `
provider:
  name: "webhook #"
sources: [ingress]
policy: sync
interval: 2s
annotationPrefix: external-dns.alpha.kubernetes.io/
extraArgs:
  webhook-provider-url: http://${desktopAddress}:5000
`;

const ingressClass = {
  apiVersion: "networking.k8s.io/v1",
  kind: "IngressClass",
  metadata: { name: "nginx" },
  spec: { controller: "k8s.io/ingress-nginx" },
};

/**
 * Brings everything up as the guide does without dtk: the guide's Ingress, the server, ExternalDNS.
 *
 * @param serve - the command that starts the server
 */
export async function bringUp({ cluster, terminal }: BridgedDesktop, serve: string): Promise<void> {
  await cluster.in("default").apply(ingressClass);
  await cluster.in("default").apply(guideIngress);
  await terminal.serve(`${serve} --cluster-ip=${machineAddress} --domains=dtk.io`);
  await terminal.save("values.yaml", values);
  await terminal.type(
    `helm upgrade --install external-dns external-dns ${chartPlace} --create-namespace --values values.yaml`,
  );
}
