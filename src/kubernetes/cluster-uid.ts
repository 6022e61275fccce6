/** What tells one cluster from another, whatever its address and its name in a kubeconfig. */
import * as z from "zod/mini";
import { TroubleError } from "../base/trouble.ts";
import type { KubernetesAPI } from "./api.ts";

const path = "/api/v1/namespaces/kube-system";
const namespaceSchema = z.object({ metadata: z.object({ uid: z.string() }) });

/** What is known of the namespace: a cluster that has just begun does not have it yet. */
interface ClusterIdentity {
  /** Undefined where there is none, or the user may not read it. */
  readonly uid: string | undefined;
  readonly isAbsent: boolean;
}

/**
 * Reads the UID of the namespace kube-system, which lives as long as the cluster.
 *
 * @throws TroubleError `cluster-unreachable`, `cluster-login-refused` or `not-kubernetes` (exit 3)
 */
export async function readClusterIdentity(api: KubernetesAPI): Promise<ClusterIdentity> {
  try {
    const namespace = await api.read(path, namespaceSchema);
    return { uid: namespace?.metadata.uid, isAbsent: namespace === undefined };
  } catch (error) {
    if (error instanceof TroubleError && error.code === "cluster-refused") return { uid: undefined, isAbsent: false };
    throw error;
  }
}

/** As {@link readClusterIdentity}, the UID alone. */
export async function readClusterUID(api: KubernetesAPI): Promise<string | undefined> {
  return (await readClusterIdentity(api)).uid;
}
