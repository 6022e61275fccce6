/** Finds the kubeconfig and its context as kubectl does, and says what is wrong with it. */
import type { KubeConfig } from "@kubernetes/client-node";
import { type KubernetesAPI, connectKubernetes } from "./api.ts";
import { kubeconfigUnusable, reasonOf } from "./trouble.ts";

export interface ClusterPlace {
  /** Path of a kubeconfig; kubectl's own rules hold without it. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

/** Where the client looks when it found no kubeconfig at all. */
const clientsGuess = "http://localhost:8080";

/**
 * Opens the API of the cluster.
 *
 * @throws TroubleError `kubeconfig-unusable` (exit 3)
 */
export async function openKubernetes(place: ClusterPlace): Promise<KubernetesAPI> {
  const { KubeConfig: Configuration } = await import("@kubernetes/client-node");
  const configuration = new Configuration();
  load(configuration, place);
  return connectKubernetes(configuration);
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
    throw kubeconfigUnusable("There is no kubeconfig: neither $KUBECONFIG nor ~/.kube/config is there.");
  }
  if (context !== undefined) configuration.setCurrentContext(context);
  if (configuration.getCurrentCluster() !== null) return;
  const names = configuration.getContexts().map(({ name }) => name);
  const which = context ?? configuration.getCurrentContext() ?? "";
  const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  throw kubeconfigUnusable(`The kubeconfig ${kubeconfig ?? ""} has no context ${JSON.stringify(which)}; ${known}.`);
}

/** What Helm and kubectl take to mean the same cluster. */
export function helmPlace({ kubeconfig, context }: ClusterPlace): readonly string[] {
  return [
    ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
    ...(context === undefined ? [] : ["--kube-context", context]),
  ];
}
