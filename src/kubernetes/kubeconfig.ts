/** Opens the API of the cluster that a kubeconfig names. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Connection, type KubernetesAPI, connectKubernetes } from "./api.ts";
import type { ClusterPlace } from "./place.ts";
import { readPlainKubeconfig } from "./plain-kubeconfig.ts";

/**
 * Opens the API of the cluster. A proxy in the environment is for the client to follow.
 *
 * @throws TroubleError `kubeconfig-unusable` or `login-program-refused` (exit 3)
 */
export async function openKubernetes(place: ClusterPlace): Promise<KubernetesAPI> {
  return connectKubernetes(
    openedPlainly(place) ?? (await (await import("./client-kubeconfig.ts")).readWithClient(place)),
  );
}

/** The connection by a kubeconfig of the plain kind, which has no program run; undefined when it is of another. */
export function openedPlainly(place: ClusterPlace): Connection | undefined {
  const path = place.kubeconfig ?? usualPath();
  return path === undefined || hasProxy() ? undefined : readPlainKubeconfig(path, place.context);
}

/** kubectl's rule, as far as it leads to one file. */
function usualPath(): string | undefined {
  const { KUBECONFIG: given } = process.env;
  const path = given !== undefined && given !== "" ? given : join(homedir(), ".kube", "config");
  return existsSync(path) ? path : undefined;
}

function hasProxy(): boolean {
  return ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].some((name) => (process.env[name] ?? "") !== "");
}
