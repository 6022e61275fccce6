/** The checks of one cluster, as `dtk check` runs them: doctor's own, and two that take what dtk knows of the cluster. */
import { externalDNSChecks } from "./external-dns-checks.ts";
import type { ClusterIPChoice } from "../kubernetes/cluster-ip/choice.ts";
import type { ClusterName } from "../records/cluster.ts";
import type { Check } from "./check.ts";
import { type ClusterFeeds, clusterFeed } from "./checks/cluster-feed.ts";
import { clusterIPConfigured } from "./checks/cluster-ip-configured.ts";
import { clusterListens } from "./checks/cluster-listens.ts";
import { clusterReachable } from "./checks/cluster-reachable.ts";
import { firewallOpen } from "./checks/firewall-open.ts";
import { serverAnswers } from "./checks/server-answers.ts";
import { type InsideOptions, serverFromInside } from "./checks/server-from-inside.ts";
import { webhookURLCheck } from "./checks/webhook-url.ts";

/** Lists the checks of a cluster that a watcher feeds: it needs no way from the cluster to the server. */
export function watchedClusterChecks(feeds: ClusterFeeds): readonly Check[] {
  return [serverAnswers, clusterReachable, clusterFeed(feeds), clusterListens];
}

/**
 * Lists the checks of a cluster that ExternalDNS feeds, each behind those that it needs.
 *
 * @param cluster - the server's name for it, the cluster IP that it should have, and what feeds it
 */
export function clusterChecks(
  cluster: { readonly name: ClusterName; readonly clusterIP: ClusterIPChoice; readonly feeds: ClusterFeeds },
  inside: InsideOptions,
): readonly Check[] {
  return [
    serverAnswers,
    clusterReachable,
    clusterFeed(cluster.feeds),
    serverFromInside(inside),
    clusterIPConfigured(cluster.name, cluster.clusterIP),
    clusterListens,
    firewallOpen,
    ...externalDNSChecks(webhookURLCheck(inside.url)),
  ];
}
