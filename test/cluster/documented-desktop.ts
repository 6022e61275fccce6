/**
 * The desktop of the guide: home network, libvirt bridge, a cluster at 192.168.122.167, and a shell in which the documented
 * commands run as they are written. Everything is in mounts and a network of its own.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { startAPIServer } from "./api-server.ts";
import { userLines } from "./desktop.ts";
import { openNamespaces } from "./namespaces.ts";
import { type Program, run, startProgram } from "./program.ts";
import { type Terminal, openTerminal } from "./terminal.ts";
import { externalDNSTool } from "./tools.ts";

/** This module holds the chart 1.21.1 that the documentation names, in charts/external-dns. */
const chartModule = "sigs.k8s.io/external-dns@v0.22.0";

/** Both networks as a desktop has them; `$VM` is the VM's network namespace, `home0` plays the switch at home. */
const networks = `
  ip link add eth0 type veth peer name home0
  ip link add virbr0 type veth peer name guest0 netns "$VM"
  for name in eth0 home0 virbr0; do ip link set $name up; done
  ip address add 192.168.0.12/24 dev eth0
  ip address add 192.168.122.1/24 dev virbr0
  ip route add default via 192.168.0.1 dev eth0
  nsenter --net="$VM" ip address add 192.168.122.167/24 dev guest0
  nsenter --net="$VM" ip link set guest0 up`;

/** A copy of /etc, so that the server may replace the hosts file; an empty /var/lib. */
export const mountsOfItsOwn = `
  cp -a /etc "$D/etc" && printf %s "$HOSTS" > "$D/etc/hosts" && mount --bind "$D/etc" /etc
  mkdir "$D/lib" && mount --bind "$D/lib" /var/lib`;

/** Plays the ingress controller on the cluster's address. */
const controller = `require("node:http").createServer((request, response) =>
  response.end("This is " + request.headers.host)).listen(80, "192.168.122.167")`;

export interface DocumentedDesktop extends Terminal {
  /** Plays the kubelet: runs ExternalDNS as its Deployment says now, in place of the one before. */
  readonly rollOut: () => Promise<void>;
  readonly externalDNSLog: () => string;
  readonly stopExternalDNS: () => Promise<void>;
  readonly hosts: () => Promise<string>;
}

/** Opens the desktop with a running cluster that has a control-plane node. */
export async function openDocumentedDesktop(): Promise<DocumentedDesktop> {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(temporaryFolder()).path;
  const { enter } = opened.use(await openNamespaces("machine"));
  const machine = opened.use(await openNamespaces("network"));
  const VM = machine.enter.join(" ").replace(/.*--net=(\S+).*/, "$1");
  await run([...enter, "sh", "-ec", networks + mountsOfItsOwn], { environment: { D: folder, HOSTS: userLines, VM } });
  const { kubeconfig } = opened.use(await startAPIServer({ enter }));
  opened.use(await startProgram([...machine.enter, process.execPath, "-e", controller]));
  const chart = join(await downloadChart(), "charts", "external-dns");
  const rewrite = (code: string): string => withLocalChart(code, chart);
  const terminal = opened.use(await openTerminal({ enter, folder, kubeconfig, rewrite }));
  const { type } = terminal;
  await type(nodeCommands);

  let externalDNS: Program | undefined;
  const stopExternalDNS = async (): Promise<void> => void (await externalDNS?.stop());
  opened.defer(stopExternalDNS);
  const owned = opened.move();
  return {
    ...terminal,
    stopExternalDNS,
    externalDNSLog: () => externalDNS?.log() ?? "",
    hosts: async () => readFile(join(folder, "etc", "hosts"), "utf8"),
    rollOut: async () => {
      await stopExternalDNS();
      const flags = [`--kubeconfig=${kubeconfig}`, "--metrics-address=127.0.0.1:7979"];
      externalDNS = await startProgram([
        ...enter,
        externalDNSTool("v0.21.0"),
        ...(await readArguments(type)),
        ...flags,
      ]);
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

async function downloadChart(): Promise<string> {
  const answer = await run(["go", "mod", "download", "-json", chartModule]);
  return (JSON.parse(answer) as { readonly Dir: string }).Dir;
}

/** The two things that cannot be as written: the chart comes from its source, and nobody makes pods ready to wait for. */
function withLocalChart(code: string, chart: string): string {
  return code.replace(/external-dns --repo \S+ --version 1\.21\.1/, chart).replace(" --wait", "");
}

const node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "vm1", labels: { "node-role.kubernetes.io/control-plane": "" } },
};
const nodeStatus = { status: { addresses: [{ type: "InternalIP", address: "192.168.122.167" }] } };
const nodeCommands = `
  echo '${JSON.stringify(node)}' | kubectl create -f -
  kubectl patch node vm1 --subresource=status --type=merge -p '${JSON.stringify(nodeStatus)}'`;

interface Container {
  readonly args: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
  }[];
}

/** The container's arguments with `$(NAME)` replaced from its Secrets, as the kubelet does. */
async function readArguments(type: DocumentedDesktop["type"]): Promise<readonly string[]> {
  const answer = await type("kubectl -n external-dns get deployment external-dns -o json");
  const { containers } = (JSON.parse(answer) as { spec: { template: { spec: { containers: Container[] } } } }).spec
    .template.spec;
  expect(containers, "a sidecar was added").toHaveLength(1);
  let args = containers[0]?.args ?? [];
  for (const { name, valueFrom } of containers[0]?.env ?? []) {
    const { name: secret, key } = valueFrom?.secretKeyRef ?? { name: "", key: "" };
    const value = await type(`kubectl -n external-dns get secret ${secret} -o jsonpath='{.data.${key}}' | base64 -d`);
    args = args.map((arg) => arg.replace(`$(${name})`, value));
  }
  return args;
}
