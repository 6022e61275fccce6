/** The checks of one cluster, as `dtk check` runs them: doctor's own, and two that take what dtk knows of the cluster. */
import type { ClusterIPChoice } from "../kubernetes/cluster-ip/choice.ts";
import type { ClusterName } from "../records/cluster.ts";
import type { Check } from "./check.ts";
import { annotationPrefix } from "./checks/annotation-prefix.ts";
import { clusterIPConfigured } from "./checks/cluster-ip-configured.ts";
import { clusterListens } from "./checks/cluster-listens.ts";
import { clusterReachable } from "./checks/cluster-reachable.ts";
import { externalDNSCalls } from "./checks/external-dns-calls.ts";
import { externalDNSDomains } from "./checks/external-dns-domains.ts";
import { externalDNSInstalled } from "./checks/external-dns-installed.ts";
import { externalDNSOwner } from "./checks/external-dns-owner.ts";
import { externalDNSPolicy } from "./checks/external-dns-policy.ts";
import { externalDNSRuns } from "./checks/external-dns-runs.ts";
import { externalDNSSources } from "./checks/external-dns-sources.ts";
import { firewallOpen } from "./checks/firewall-open.ts";
import { ingressTargets } from "./checks/ingress-targets.ts";
import { serverAnswers } from "./checks/server-answers.ts";
import { type InsideOptions, serverFromInside } from "./checks/server-from-inside.ts";
import { webhookURLCheck } from "./checks/webhook-url.ts";

/**
 * Lists the checks, each behind those that it needs.
 *
 * @param cluster - the server's name for it, and the cluster IP that it should have
 */
export function clusterChecks(
  cluster: { readonly name: ClusterName; readonly clusterIP: ClusterIPChoice },
  inside: InsideOptions,
): readonly Check[] {
  return [
    serverAnswers,
    clusterReachable,
    serverFromInside(inside),
    clusterIPConfigured(cluster.name, cluster.clusterIP),
    clusterListens,
    firewallOpen,
    externalDNSInstalled,
    webhookURLCheck(inside.url),
    externalDNSRuns,
    externalDNSCalls,
    externalDNSDomains,
    externalDNSSources,
    annotationPrefix,
    ingressTargets,
    externalDNSPolicy,
    externalDNSOwner,
  ];
}
