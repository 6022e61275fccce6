/** A whole cluster but for the kubelet: API server, controllers, scheduler, and a node with an address on loopback. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type KubernetesAPI } from "../../src/kubernetes/api.ts";
import { openKubernetes } from "../../src/kubernetes/kubeconfig.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type APIServer, startAPIServer } from "./api-server.ts";
import { type Kubelet, startKubelet } from "./kubelet.ts";
import { type Namespace, inNamespace } from "./kubernetes.ts";
import { startProgram } from "./program.ts";
import { tools } from "./tools.ts";

export interface WholeCluster extends AsyncDisposable {
  readonly kubeconfig: string;
  readonly api: KubernetesAPI;
  /** The node's first address. */
  readonly address: string;
  readonly kubelet: Kubelet;
  /** Speaks kubectl about one namespace. */
  readonly in: (namespace: string) => Namespace;
}

const controllers = [
  "deployment-controller",
  "replicaset-controller",
  "serviceaccount-controller",
  "namespace-controller",
  "garbage-collector-controller",
  "root-ca-certificate-publisher-controller",
];

let started = 0;

/**
 * Starts it; disposing of it ends everything.
 *
 * @param addresses - the node's, if it is not to have one on loopback
 * @param enter - what to put before the commands of pods, to run them on the network of the node's machine
 */
export async function startWholeCluster(
  addresses?: readonly [string, ...string[]],
  enter: readonly string[] = [],
): Promise<WholeCluster> {
  await using opened = new AsyncDisposableStack();
  started += 1;
  const loopback = `127.77.${process.pid % 250}.${started}`;
  const [address] = addresses ?? [loopback];
  const apiServer = opened.use(await startAPIServer());
  const { kubeconfig } = apiServer;
  const api = await openKubernetes({ kubeconfig, context: undefined });
  const folder = opened.use(temporaryFolder()).path;
  opened.use(await startProgram(controllerManager(apiServer)));
  opened.use(await startProgram([tools.controlPlane, "kube-scheduler", `--kubeconfig=${kubeconfig}`, ...common]));
  const kubelet = opened.use(await startKubelet({ api, apiServer, folder, address: loopback, enter }));
  await makeNode(api, { loopback, addresses: addresses ?? [loopback], kubeletPort: kubelet.port });
  await writeFile(join(folder, "node"), address);
  const owned = opened.move();
  return {
    kubeconfig,
    api,
    address,
    kubelet,
    in: (namespace) => inNamespace(kubeconfig, namespace),
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

const common = ["--leader-elect=false", "--secure-port=0"];

function controllerManager({ kubeconfig, signingKey }: APIServer): readonly string[] {
  return [
    tools.controlPlane,
    "kube-controller-manager",
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${signingKey}`,
    "--use-service-account-credentials=false",
    `--controllers=${controllers.join(",")}`,
    ...common,
  ];
}

export const nodeName = "control-plane";

/** As the kubelet registers it; the API server asks for logs at its host name first. The scheduler takes a node without the taint and with room. */
async function makeNode(
  api: KubernetesAPI,
  node: { readonly loopback: string; readonly addresses: readonly string[]; readonly kubeletPort: number },
): Promise<void> {
  const { loopback, addresses, kubeletPort } = node;
  const labels = { "node-role.kubernetes.io/control-plane": "", "kubernetes.io/hostname": nodeName };
  const room = { cpu: "4", memory: "8Gi", pods: "50" };
  const now = new Date().toISOString();
  const ready = {
    type: "Ready",
    status: "True",
    reason: "KubeletReady",
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
  const status = {
    addresses: [
      { type: "Hostname", address: loopback },
      ...addresses.map((address) => ({ type: "InternalIP", address })),
    ],
    conditions: [ready],
    capacity: room,
    allocatable: room,
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
  };
  const path = "/api/v1/nodes";
  await api.send({ method: "POST", path, body: { metadata: { name: nodeName, labels }, spec: {} } });
  await api.send({ method: "PATCH", path: `${path}/${nodeName}/status`, body: { status } });
  await api.send({ method: "PATCH", path: `${path}/${nodeName}`, body: { spec: { taints: null } } });
}
