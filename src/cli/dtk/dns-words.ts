/** What dtk says of a cluster's DNS. */
import type { ClusterDNSPlan } from "../../dtk/cluster-dns/plan.ts";
import type { ManagedDomain } from "../../records/managed-domain.ts";
import { renderDiff } from "./diff.ts";

export interface TaughtFacts {
  /** None when it was taken away. */
  readonly domains: readonly ManagedDomain[];
  /** Address and port that CoreDNS asks; null when it was taken away. */
  readonly responder: string | null;
  /** Commands that let pods through this machine's firewall; none when none was found. */
  readonly firewall: readonly string[];
}

/** The keys that change, as in `the key Corefile of the ConfigMap coredns`. */
export function describeChanges({ changes }: Pick<ClusterDNSPlan, "changes">): string {
  return changes.map(({ place }) => `the key ${place.key} of the ConfigMap ${place.configMap}`).join(", ");
}

/** What a dry run prints. */
export function renderDNSDiff({ changes }: Pick<ClusterDNSPlan, "changes">): string {
  if (changes.length === 0) return "Nothing would change.\n";
  return changes
    .map(({ place, before, after }) => renderDiff({ name: `${place.configMap}/${place.key}`, before, after }))
    .join("");
}

/** What was done, and what is left to do. */
export function renderTaught(
  { place, changes, reloads }: ClusterDNSPlan,
  { domains, responder, firewall }: TaughtFacts,
): string {
  const changed = changes.length > 0;
  const isTaught = place !== undefined;
  const first = isTaught
    ? `The cluster's DNS ${changed ? "now" : "already"} asks ${responder} about ${domains.join(", ")} (ConfigMap ${place.configMap}).`
    : changed
      ? "The cluster's DNS no longer asks the server."
      : "There is nothing of dtk in the cluster's DNS.";
  const notice = reloads
    ? ["CoreDNS notices within two minutes."]
    : [
        "CoreDNS has no `reload` here, so start it anew:",
        "  kubectl -n kube-system rollout restart deployment coredns",
      ];
  return [
    first,
    ...(changed ? notice : []),
    ...(isTaught && firewall.length > 0
      ? ["If pods get no answer, let them through this machine's firewall:", ...firewall.map((each) => `  ${each}`)]
      : []),
    "",
  ].join("\n");
}
