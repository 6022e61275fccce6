/** What a person should look at: each lasting problem as one sentence with what to do, the gravest first. */
import type { ReconcilerState } from "../reconciler.ts";
import type { Trouble } from "../trouble.ts";
import { restartCommand } from "../webhook/negotiation.ts";
import type { Status } from "./status.ts";

type Facts = Omit<Status, "attention">;
type Cluster = Status["clusters"][number];

/** Milliseconds without a call: three of ExternalDNS's default intervals (its flag --interval). */
export const longestSilence = 180_000;

/**
 * Finds what needs attention.
 *
 * @param status - everything else of the status
 * @param state - the reconciler's state, for the notices of the sinks, and the time in milliseconds since 1970
 */
export function findAttention(
  status: Facts,
  { storeTrouble, reports, now }: Pick<ReconcilerState, "storeTrouble" | "reports"> & { readonly now: number },
): Trouble[] {
  const found: Trouble[] = storeTrouble === undefined ? [] : [pick(storeTrouble)];
  found.push(...status.sinks.flatMap(({ trouble }) => trouble ?? []));
  found.push(...status.clusters.flatMap((cluster) => ofCluster(cluster, status.server)));
  found.push(...status.clusters.flatMap((cluster) => ofSilence(cluster, now)));
  for (const report of reports.values()) if (report.ok) found.push(...report.notices.map(pick));
  found.push(...status.sinks.flatMap(({ conflicts }) => ofConflicts(conflicts)));
  return found;
}

function pick({ code, message, hint }: Trouble): Trouble {
  return { code, message, hint };
}

function ofCluster(cluster: Cluster, { address, tokenRequired }: Facts["server"]): Trouble[] {
  const { name, domains, clusterIPs, targets, records, negotiation } = cluster;
  const path = `${address}${name === "default" ? "" : `/clusters/${name}`}`;
  const curl = tokenRequired ? "curl -u :ADMIN_TOKEN" : "curl";
  const found: Trouble[] = [];
  const isUsed = domains.length > 0 || Object.keys(records).length > 0;
  if (isUsed && clusterIPs.length === 0 && targets === "cluster") {
    found.push({
      code: "no-cluster-ip",
      message: `No name of ${name} is shown, since its cluster IP is not set.`,
      hint: `Set it with the address of the control-plane node: ${curl} -d ADDRESS ${path}/clusterip`,
    });
  }
  if (domains.length === 0 && (name !== "default" || clusterIPs.length > 0 || Object.keys(records).length > 0)) {
    found.push({
      code: "no-managed-domain",
      message: `No name of ${name} is shown, since it has no managed domain.`,
      hint: `Add one: ${curl} -d dtk.io ${path}/domains`,
    });
  }
  if (negotiation !== null && negotiation.unseen.length > 0) {
    found.push({
      code: "restart-external-dns",
      message: `ExternalDNS of ${name} does not look at ${negotiation.unseen.join(", ")} before it restarts.`,
      hint: `Run: ${restartCommand}`,
    });
  }
  return found;
}

/** After an outage the pod waits up to 5 minutes before ExternalDNS starts again (Kubernetes' back-off of crash loops). */
function ofSilence({ name, lastHeard }: Cluster, now: number): Trouble[] {
  const silence = lastHeard === null ? 0 : now - Date.parse(lastHeard);
  if (silence < longestSilence) return [];
  const message = `ExternalDNS of ${name} has not called for ${Math.floor(silence / 60_000)} minutes; what it sent before is shown.`;
  const hint = `If its cluster runs, it may wait after a crash; this shortens the wait: ${restartCommand}`;
  return [{ code: "external-dns-silent", message, hint }];
}

function ofConflicts({ total, list }: Status["sinks"][number]["conflicts"]): Trouble[] {
  const [first] = list;
  if (first === undefined) return [];
  const others = total === 1 ? "" : ` and ${total - 1} more`;
  return [
    {
      code: "name-is-yours",
      message: `${first.name}${others} cannot be written, since your own line ${first.line} has it: ${first.text.trim()}`,
      hint: "Remove your line to let the cluster have the name.",
    },
  ];
}
