/** The names of a real cluster follow its node and its ingress controller's Service when they move. */
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { openKubernetes } from "../../src/kubernetes/kubeconfig.ts";
import { startAPIServer } from "../cluster/api-server.ts";
import { inNamespace } from "../cluster/kubernetes.ts";
import { ingress } from "../cluster/resources.ts";
import { openWatchScene } from "../cluster/watch-scene.ts";

/** Addresses of loopback that no other test has. */
const [first, second, balancer, away] = [1, 2, 3, 4].map((last) => `127.78.${process.pid % 250}.${last}`) as [
  string,
  string,
  string,
  string,
];

/** Opens the port of HTTP, as an ingress controller does. */
async function listenAt(address: string): Promise<AsyncDisposable> {
  const server = createServer((socket) => socket.end()).listen(80, address);
  await once(server, "listening");
  return {
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

test("a node and a Service that move take the names along, and a server that was away hears of it", async () => {
  await using api = await startAPIServer();
  const client = await openKubernetes({ kubeconfig: api.kubeconfig, context: undefined });
  const node = { metadata: { name: "one", labels: { "node-role.kubernetes.io/control-plane": "" } }, spec: {} };
  await client.send({ method: "POST", path: "/api/v1/nodes", body: node });
  const moveNode = async (address: string): Promise<void> => {
    const body = { status: { addresses: [{ type: "InternalIP", address }] } };
    await client.send({ method: "PATCH", path: "/api/v1/nodes/one/status", body });
  };
  await using _first = await listenAt(first);
  await using _second = await listenAt(second);
  await using _balancer = await listenAt(balancer);
  await moveNode(first);
  await using watch = await openWatchScene({ kubeconfig: api.kubeconfig });
  const cluster = inNamespace(api.kubeconfig, "default");
  await cluster.apply(ingress({ name: "test", hosts: ["foo.dtk.io"] }));
  const pointsTo = async (address: string): Promise<void> => watch.linesAre([`${address} foo.dtk.io`]);
  await pointsTo(first);
  await moveNode(second);
  await pointsTo(second);
  await watch.restartServer("SIGKILL", async () => moveNode(first));
  await pointsTo(first);

  const labels = { "app.kubernetes.io/name": "ingress-nginx" };
  const service = {
    metadata: { name: "ingress-nginx-controller", labels },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
  };
  await cluster.apply({ apiVersion: "v1", kind: "Service", ...service });
  const giveAddress = async (ip: string): Promise<void> => {
    const path = "/api/v1/namespaces/default/services/ingress-nginx-controller/status";
    await client.send({ method: "PATCH", path, body: { status: { loadBalancer: { ingress: [{ ip }] } } } });
  };
  await giveAddress(balancer);
  await pointsTo(balancer);
  // Nobody is there, so the node is the better guess.
  await giveAddress(away);
  await pointsTo(first);
  await giveAddress(balancer);
  await pointsTo(balancer);
  await cluster.remove("service", "ingress-nginx-controller");
  await pointsTo(first);
  expect(watch.watcher().exit()).toBeUndefined();
});
