/** Kubeconfigs of every kind, by the Kubernetes client: several files, programs that log in, proxies; loaded only for them. */
// Not imported on demand: the bundler leaves out what is not used of a library only when it is imported by name.
import { KubeConfig } from "@kubernetes/client-node";
import type { Connection, ConnectionOptions } from "./api.ts";
import type { ClusterPlace } from "./place.ts";
import { clusterUnreachable, kubeconfigMissing, kubeconfigUnusable, reasonOf } from "./trouble.ts";

/** Where the client looks when it found no kubeconfig at all. */
const clientsGuess = "http://localhost:8080";

/**
 * Reads the kubeconfig as kubectl does.
 *
 * @throws TroubleError `kubeconfig-unusable` or, when its program cannot log in, `cluster-unreachable` (exit 3)
 */
export async function readWithClient(place: ClusterPlace): Promise<Connection> {
  const configuration = new KubeConfig();
  load(configuration, place);
  const server = configuration.getCurrentCluster()?.server ?? "";
  const options: ConnectionOptions = { headers: {} };
  await configuration.applyToHTTPSOptions(options).catch((error: unknown) => {
    throw clusterUnreachable(server, error);
  });
  return { server, options };
}

function load(configuration: KubeConfig, { kubeconfig, context }: ClusterPlace): void {
  try {
    if (kubeconfig === undefined) configuration.loadFromDefault();
    else configuration.loadFromFile(kubeconfig);
  } catch (error) {
    const which = kubeconfig ?? process.env["KUBECONFIG"] ?? "~/.kube/config";
    throw kubeconfigUnusable(`The kubeconfig ${which} cannot be read: ${reasonOf(error)}.`, error);
  }
  if (configuration.getCurrentCluster()?.server === clientsGuess) {
    throw kubeconfigMissing();
  }
  if (context !== undefined) configuration.setCurrentContext(context);
  if (configuration.getCurrentCluster() !== null) return;
  const names = configuration.getContexts().map(({ name }) => name);
  const which = context ?? configuration.getCurrentContext() ?? "";
  const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  throw kubeconfigUnusable(`The kubeconfig ${kubeconfig ?? ""} has no context ${JSON.stringify(which)}; ${known}.`);
}
