/**
 * A desktop, the machine of its cluster and a pod, each with a network of its own: 192.168.122.1, 192.168.122.167 and
 * 10.42.0.7. The machine runs the cluster's CoreDNS, with what the cluster's ConfigMaps hold. The API server stands beside.
 */
import assert from "node:assert/strict";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { startAPIServer } from "./api-server.ts";
import type { Desktop } from "./desktop.ts";
import { writeConfiguration } from "./dtk.ts";
import { eventually } from "./eventually.ts";
import { forwardPort } from "./forward.ts";
import { type Namespace, inNamespace } from "./kubernetes.ts";
import { connect, openNamespaces } from "./namespaces.ts";
import { type Program, run, startProgram } from "./program.ts";
import { tools } from "./tools.ts";

export const desktopAddress = "192.168.122.1";
export const machineAddress = "192.168.122.167";
const [nodeOfPods, podAddress] = ["10.42.0.1", "10.42.0.7"];

const checkout = join(import.meta.dirname, "..", "..");

export interface PodNetwork extends AsyncDisposable {
  /** With what to put before commands that run on it. */
  readonly desktop: Desktop;
  readonly kubeconfig: string;
  readonly kubeSystem: Namespace;
  readonly default: Namespace;
  /** Names that the DNS server of the desktop's own network was asked about. */
  readonly uplinkWasAsked: () => Promise<readonly string[]>;
  /** Starts the server on the desktop. */
  readonly startServer: (...flags: readonly string[]) => Promise<Program>;
  /** Runs dtk on the desktop; what it printed, and its exit code. */
  readonly dtk: (...parameters: readonly string[]) => Promise<{ readonly exitCode: number; readonly text: string }>;
  /** Hands what the ConfigMaps hold to CoreDNS, as the kubelet does. */
  readonly deliver: () => Promise<void>;
  /** Starts CoreDNS with what was delivered. */
  readonly startCoreDNS: () => Promise<Program>;
  /** Asks the cluster's DNS from the pod: the addresses, or the code of the failure, as in `ESERVFAIL`. */
  readonly resolveInPod: (name: string) => Promise<string>;
  /** Runs curl in the pod. */
  readonly curlInPod: (url: string) => Promise<string>;
}

/** Opens it all; disposing of it ends everything. */
export async function openPodNetwork(): Promise<PodNetwork> {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(temporaryFolder()).path;
  const [desktop, machine] = [opened.use(await openNamespaces("network")), opened.use(await openNamespaces("network"))];
  const pod = opened.use(await openNamespaces("machine"));
  await connect(desktop, machine, { name: "virbr0", addresses: [[desktopAddress, machineAddress]] });
  await connect(machine, pod, { name: "cni0", addresses: [[nodeOfPods, podAddress]] });
  await run([...pod.enter, "ip", "route", "add", "default", "via", nodeOfPods]);
  await writeFile(join(folder, "resolv.conf"), `nameserver ${nodeOfPods}\noptions timeout:5 attempts:2\n`);
  await run([...pod.enter, "mount", "--bind", join(folder, "resolv.conf"), "/etc/resolv.conf"]);
  const asked = join(folder, "asked");
  await writeFile(asked, "");
  const toy = {
    address: desktopAddress,
    port: 53,
    domains: { "example.org": "203.0.113.9" },
    otherwise: 3,
    log: asked,
  };
  const script = join(checkout, "test/support/toy-dns.ts");
  opened.use(await startProgram([...desktop.enter, process.execPath, script, JSON.stringify(toy)]));
  opened.use(await startProgram([...machine.enter, process.execPath, "-e", ingressController, machineAddress]));
  const { kubeconfig, port } = opened.use(await startAPIServer());
  opened.use(await forwardPort(port, desktop.enter));
  const kubeSystem = inNamespace(kubeconfig, "kube-system");
  await makeNode(kubeSystem);
  const place = join(folder, "coredns");
  await mkdir(join(place, "custom"), { recursive: true });
  const own = await furnish(folder, desktop.enter);
  const dns = ["dns:", "  domain: dtk.io", "  webhook-port: 5000"];
  await writeConfiguration(folder, [...dns, "cluster:", `  admin-kubeconfig: ${kubeconfig}`]);
  const owned = opened.move();
  return {
    desktop: own,
    kubeconfig,
    kubeSystem,
    default: inNamespace(kubeconfig, "default"),
    uplinkWasAsked: async () => (await readFile(asked, "utf8")).split("\n").filter((line) => line !== ""),
    startServer: async (...flags) => {
      const files = [`--hosts-file=${own.hostsFile}`, `--state-dir=${own.stateFolder}`];
      const settings = [`--cluster-ip=${machineAddress}`, "--domains=dtk.io", ...flags];
      const program = await startProgram([...desktop.enter, join(checkout, "hostsfile-server"), ...files, ...settings]);
      await eventually(async () => run([...desktop.enter, "curl", "-sSf", "http://127.0.0.1:5000/readyz"]));
      return program;
    },
    dtk: async (...parameters) => {
      // A shell, so that a failure is an answer too.
      const shell = ["sh", "-c", '"$@" 2>&1; echo "exit $?"', "sh"];
      const command = [...shell, join(checkout, "dtk"), ...parameters, `--config=${join(folder, "config.yaml")}`];
      const output = await run([...desktop.enter, ...command], { environment: { HOME: folder } });
      const [, text = "", exitCode] = /^([^]*)exit (\d+)\n$/.exec(output) ?? [];
      return { exitCode: Number(exitCode), text };
    },
    deliver: async () => {
      const { Corefile = "" } = await dataOf(kubeSystem, "coredns");
      await writeFile(join(place, "Corefile"), Corefile);
      const custom = await dataOf(kubeSystem, "coredns-custom");
      for (const file of await readdir(join(place, "custom"))) await rm(join(place, "custom", file));
      for (const [key, text] of Object.entries(custom)) await writeFile(join(place, "custom", key), text);
    },
    startCoreDNS: async () => {
      const program = await startProgram([...machine.enter, tools.coredns, "-conf", join(place, "Corefile")]);
      await eventually(() => assert.match(program.log(), /^CoreDNS-/m, program.log()));
      return program;
    },
    resolveInPod: async (name) =>
      (await run([...pod.enter, process.execPath, "-e", resolver, nodeOfPods, name])).trim(),
    curlInPod: async (url) => run([...pod.enter, "curl", "-sS", "--max-time", "20", url]),
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

const ingressController = `
  require("node:http").createServer((request, response) => response.end("This is " + request.headers.host + ".\\n"))
    .listen(80, process.argv[1]);
`;

const resolver = `
  const { Resolver } = require("node:dns/promises");
  const [server, name] = process.argv.slice(1);
  const resolver = new Resolver({ timeout: 8000, tries: 1 });
  resolver.setServers([server]);
  resolver.resolve4(name).then((found) => console.log(found.join()), (error) => console.log(error.code));
`;

/** The texts of a ConfigMap; none where it is missing. */
async function dataOf(namespace: Namespace, name: string): Promise<Readonly<Record<string, string>>> {
  const text = await namespace.kubectl("get", "configmap", name, "--ignore-not-found", "-o", "json");
  const { data = {} } = JSON.parse(text === "" ? "{}" : text) as { readonly data?: Readonly<Record<string, string>> };
  return data;
}

async function makeNode({ apply, kubectl }: Namespace): Promise<void> {
  const labels = { "node-role.kubernetes.io/control-plane": "" };
  await apply({ apiVersion: "v1", kind: "Node", metadata: { name: "vm1", labels } });
  const status = { addresses: [{ type: "InternalIP", address: machineAddress }] };
  await kubectl("patch", "node", "vm1", "--subresource=status", "--patch", JSON.stringify({ status }));
}

async function furnish(folder: string, enter: readonly string[]): Promise<Desktop> {
  const [hostsFile, stateFolder] = [join(folder, "hosts"), join(folder, "state")];
  await writeFile(hostsFile, "127.0.0.1 localhost\n");
  await mkdir(stateFolder, { mode: 0o700 });
  const hosts = async (): Promise<string> => readFile(hostsFile, "utf8");
  const added = async (): Promise<readonly string[]> =>
    (await hosts()).split("\n").filter((line) => line !== "" && !line.startsWith("#") && !line.includes("localhost"));
  return { hostsFile, stateFolder, enter, hosts, added, [Symbol.asyncDispose]: async () => undefined };
}
