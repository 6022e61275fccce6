/** What it takes for a cluster's pods to resolve the managed domains; both commands that do it plan it here. */
import { type ClusterDNSWork, changeClusterDNS, planTeaching } from "../../dtk/cluster-dns/cluster-dns.ts";
import { findResponder, requireAnswers } from "../../dtk/cluster-dns/responder-place.ts";
import type { TroubleError } from "../../base/trouble.ts";
import { firewallCommands } from "../../dtk/firewall/opening.ts";
import { type ClusterAtServer, findHost } from "../../dtk/installation/situation.ts";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import type { Intent } from "../../dtk/installation/intent.ts";
import { type ListenAddress, formatListenAddress } from "../../records/listen-address.ts";
import type { TaughtFacts } from "./dns-words.ts";
import { wrongUsage } from "../wrong-usage.ts";

/** A plan, and what a person is told of it. */
export interface PodDNS {
  readonly work: ClusterDNSWork;
  /** Undefined when it is taken away. */
  readonly responder: ListenAddress | undefined;
  readonly told: TaughtFacts;
}

/**
 * Finds the responder as the cluster reaches it, and plans; nothing is changed.
 *
 * @throws TroubleError (exit 3) as {@link findResponder} and {@link planTeaching} do; `wrong-usage` (exit 2) for a team
 */
export async function planPodDNS(intent: Intent, cluster: ClusterAtServer): Promise<PodDNS> {
  if (intent.team !== undefined) throw askTeamDNS();
  const { api, status, clusterIP, facts } = cluster;
  const { domains } = intent;
  const { host } = await findHost(intent, clusterIP, facts);
  const responder = findResponder(status, host);
  const [work, firewall] = await Promise.all([
    planTeaching(api, { domains, responder }),
    firewallCommands(clusterIP.clusterIPs, responder.port, ["udp", "tcp"]),
  ]);
  return { work, responder, told: { domains, responder: formatListenAddress(responder), firewall } };
}

/**
 * Changes the cluster's DNS, if the responder answers for the domains by now.
 *
 * @throws TroubleError (exit 3) as {@link requireAnswers} and {@link changeClusterDNS} do
 */
export async function changePodDNS(api: KubernetesAPI, { work, responder, told }: PodDNS): Promise<void> {
  if (responder !== undefined) await requireAnswers(responder, told.domains);
  await changeClusterDNS(api, work);
}

function askTeamDNS(): TroubleError {
  const message = "A team server answers no DNS queries, so a cluster's CoreDNS cannot ask it.";
  const hint = "Have it ask the CoreDNS that serves the team's names (docs/team-server.md), without --dns-in-cluster.";
  return wrongUsage(message, hint);
}
