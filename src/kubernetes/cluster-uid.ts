/** What tells one cluster from another, whatever its address and its name in a kubeconfig. */
import * as z from "zod/mini";
import { TroubleError } from "../base/trouble.ts";
import type { KubernetesAPI } from "./api.ts";

const path = "/api/v1/namespaces/kube-system";
const namespaceSchema = z.object({ metadata: z.object({ uid: z.string() }) });

/**
 * Reads the UID of the namespace kube-system, which lives as long as the cluster.
 *
 * @returns undefined where the user may not read it
 * @throws TroubleError `cluster-unreachable` or `not-kubernetes` (exit 3)
 */
export async function readClusterUID(api: KubernetesAPI): Promise<string | undefined> {
  try {
    return (await api.read(path, namespaceSchema))?.metadata.uid;
  } catch (error) {
    if (error instanceof TroubleError && error.code === "cluster-refused") return undefined;
    throw error;
  }
}
