/** Does the server have the cluster IP that dtk would set now? A kind node has another address after a reboot. */
import type { ClusterIPChoice } from "../../kubernetes/cluster-ip/choice.ts";
import type { ClusterName } from "../../records/cluster.ts";
import { type Check, type Finding, ok } from "../check.ts";

/**
 * Makes the check for one cluster.
 *
 * @param wanted - what is configured, or what dtk has found
 */
export function clusterIPConfigured(cluster: ClusterName, wanted: ClusterIPChoice): Check {
  return {
    id: "cluster-ip-configured",
    title: "The server has the cluster IP",
    needs: ["server-answers"],
    run: async ({ status }) => {
      const { clusters = [] } = (await status()) ?? {};
      return [judgeConfigured(clusters.find(({ name }) => name === cluster)?.clusterIPs ?? [], wanted)];
    },
  };
}

/**
 * Compares both.
 *
 * @param present - the server's
 */
export function judgeConfigured(present: readonly string[], { clusterIPs, source }: ClusterIPChoice): Finding {
  const wanted = clusterIPs.join(",");
  if (present.join(",") === wanted) return ok(`The cluster IP is ${wanted}, as the server has it.`);
  return {
    grade: "problem",
    code: "cluster-ip-moved",
    message: `The cluster IP is ${wanted} (${source}), but the server has ${present.join(",") || "none"}.`,
    hint: "Set it:",
    command: "dtk install-addon external-dns",
  };
}
