/** What a person should look at: each lasting problem as one sentence with what to do, the gravest first. */
import type { ReconcilerState } from "../../engine/reconciler-port.ts";
import { type Severity, type Trouble, toTrouble } from "../../base/trouble.ts";
import { describeDuration } from "../../base/age.ts";
import { restartCommand } from "../../sources/webhook/negotiation.ts";
import { defaultInterval, liveness, shortestSilence } from "../../contract/liveness.ts";
import type { Status } from "../../contract/status.ts";
import { platform } from "../../platform/current.ts";
import { tellResolver } from "../../platform/resolver/commands.ts";
import { isFedTwice } from "../../contract/watch-trouble.ts";
import type { TeamFacts } from "../../engine/team-facts.ts";
import { findTeamAttention } from "./teams.ts";
import { findWatchAttention } from "./watch-attention.ts";
import { prefixOf } from "../../contract/paths.ts";

type Facts = Omit<Status, "attention">;
type Cluster = Status["clusters"][number];
type Item = Status["attention"][number];

/** Milliseconds after which a cluster is rather gone than ill. */
const longestAbsence = 2 * 86_400_000;

/** The reconciler's state, for the notices of the sinks; which limits are hit; and the time in milliseconds since 1970. */
export interface AttentionState extends Pick<ReconcilerState, "storeTrouble" | "viewTrouble" | "reports"> {
  readonly overLimit: readonly Trouble[];
  /** What else is worth a look. */
  readonly notices?: readonly Trouble[];
  /** How the teams are followed. */
  readonly followed?: readonly TeamFacts[];
  /** Names that only the DNS responder shows, where the system resolver does not ask it. */
  readonly unasked?: readonly string[];
  readonly now: number;
}

/**
 * Finds what needs attention.
 *
 * @param status - everything else of the status
 * @param state - what the status does not have whole
 */
export function findAttention(
  status: Facts,
  { storeTrouble, viewTrouble, reports, overLimit, notices = [], followed = [], unasked = [], now }: AttentionState,
): Item[] {
  const items = (troubles: readonly (Trouble | undefined)[], severity: Severity, sink?: string): readonly Item[] =>
    troubles.filter((trouble) => trouble !== undefined).map((trouble) => toItem(trouble, severity, sink));
  const fedTwice = new Set(status.clusters.filter(isFedTwice).flatMap(({ name, sameAs }) => [name, sameAs]));
  return [
    ...items([storeTrouble, viewTrouble], "error"),
    ...status.sinks.flatMap(({ id, trouble }) => items([trouble ?? undefined], "error", id)),
    ...items(notices, "warning"),
    ...status.clusters.flatMap((cluster) => items(ofCluster(cluster, status.server), "error")),
    ...status.clusters
      .filter(({ name }) => !fedTwice.has(name))
      .flatMap((cluster) => items(ofSilence(cluster, status.server, now), "warning")),
    ...items(findWatchAttention(status, now), "warning"),
    ...items(findTeamAttention(status.teams ?? [], { facts: followed, now }), "warning"),
    ...[...reports].flatMap(([id, report]) => (report.ok ? items(report.notices, "warning", id) : [])),
    ...items(overLimit, "warning"),
    ...items(ofUnasked(unasked), "info"),
    ...status.sinks.flatMap(({ id, conflicts }) => items(ofConflicts(conflicts), "warning", id)),
  ];
}

/** @param severity - where the trouble itself has none */
function toItem(trouble: Trouble, severity: Severity, sink: string | undefined): Item {
  return { severity, ...toTrouble(trouble), ...(sink !== undefined && { sink }) };
}

function ofCluster(cluster: Cluster, server: Facts["server"]): Trouble[] {
  const { name, domains, clusterIPs, followsCaller, targets, records, negotiation, movedTo } = cluster;
  const path = `${server.address}${prefixOf(name)}`;
  const curl = server.tokenRequired ? "curl -u :ADMIN_TOKEN" : "curl";
  const found: Trouble[] = [];
  const isUsed = domains.length > 0 || Object.keys(records).length > 0;
  if (isUsed && clusterIPs.length === 0 && targets === "cluster") {
    found.push({
      code: "no-cluster-ip",
      message: followsCaller
        ? `No name of ${name} is shown, since its cluster IP follows ExternalDNS, which has not called from an address of its own with a token.`
        : `No name of ${name} is shown, since its cluster IP is not set.`,
      hint: "Set it with the address of the control-plane node:",
      command: `${curl} -d ADDRESS ${path}/clusterip`,
    });
  }
  if (domains.length === 0 && (name !== "default" || clusterIPs.length > 0 || Object.keys(records).length > 0)) {
    found.push({
      code: "no-managed-domain",
      message: `No name of ${name} is shown, since it has no managed domain.`,
      hint: "Add one:",
      command: `${curl} -d dtk.io ${path}/domains`,
    });
  }
  if (movedTo !== null) {
    const next = clusterIPs.map((old) => (old.includes(":") === movedTo.includes(":") ? movedTo : old));
    found.push({
      code: "cluster-ip-moved",
      severity: "warning",
      message: `ExternalDNS of ${name} now calls from ${movedTo}, while its names still point to ${clusterIPs.join(", ")}, from where it called before.`,
      hint: "If the cluster got a new address, as kind does when it starts again, set it:",
      command: `${curl} -d ${next.join(",")} ${path}/clusterip`,
    });
  }
  if (negotiation !== null && negotiation.unseen.length > 0) {
    found.push({
      code: "restart-external-dns",
      severity: "warning",
      message: `ExternalDNS of ${name} does not look at ${negotiation.unseen.join(", ")} before it restarts.`,
      hint: "Run:",
      command: restartCommand,
    });
  }
  return found;
}

/**
 * After an outage the pod waits up to 5 minutes before ExternalDNS starts again (Kubernetes' back-off of crash loops).
 * That it was away for days counts only once this machine has run long enough for it to have called.
 */
function ofSilence(
  { name, lastHeard, silentSeconds, shown }: Cluster,
  server: Facts["server"],
  now: number,
): Trouble[] {
  const life = liveness(lastHeard, defaultInterval, now);
  if (life.kind !== "silent") return [];
  const time = describeDuration(life.silence);
  if (life.silence >= longestAbsence && silentSeconds * 1000 >= shortestSilence(defaultInterval)) {
    const port = new URL(server.address).port;
    const message = `Cluster ${name} has not been heard of for ${time}; ${shown} of its names ${shown === 1 ? "is" : "are"} still shown.`;
    const hint = "If it is gone, forget it:";
    const flags = port === "5000" ? "" : ` --port=${port}`;
    const command = platform.commands.asRoot(`hostsfile-server clear --cluster ${name}${flags}`);
    return [{ code: "cluster-absent", message, hint, command }];
  }
  const message = `ExternalDNS of ${name} has not called for ${time}; what it sent before is shown.`;
  const hint = "If its cluster runs, it may wait after a crash. This shortens the wait:";
  const command = restartCommand;
  return [{ code: "external-dns-silent", message, hint, command }];
}

/** Where the system resolver is left alone, nobody asks for what the DNS responder alone shows. */
function ofUnasked([first, ...others]: readonly string[]): Trouble[] {
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return [
    {
      code: "resolver-left-alone",
      message: `Most programs on this machine do not resolve ${first}${more}: the hosts file cannot hold such a name, and the system resolver is left alone.`,
      hint: "Where systemd-resolved, dnsmasq or unbound is this machine's resolver, it can be told to ask this server:",
      command: tellResolver,
    },
  ];
}

function ofConflicts({ total, list }: Status["sinks"][number]["conflicts"]): Trouble[] {
  const [first] = list;
  if (first === undefined) return [];
  const others = total === 1 ? "" : ` and ${total - 1} more`;
  return [
    {
      code: "name-is-yours",
      message: `${first.name}${others} cannot be written, since your own line ${first.line} has it: ${first.text.trim()}`,
      hint: "Remove your line to let the cluster have the name, or run this, which shows the change first:",
      command: "hostsfile-server adopt",
    },
  ];
}
