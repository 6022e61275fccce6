/** `dtk check`: reaches the server from inside the cluster, and compares what the server has with what is. */
import type { Intent } from "../../dtk/installation/intent.ts";
import { firewallCommands } from "../../dtk/firewall/opening.ts";
import { currentProof } from "../../dtk/installation/prove.ts";
import { type Situation, lookAround } from "../../dtk/installation/situation.ts";
import { webhookURL } from "../../contract/webhook.ts";
import { probeFromInside } from "../../dtk/firewall/probe-pod.ts";
import { type Reach, judgeReach } from "../../dtk/firewall/reach.ts";
import { releaseNamespace } from "../../dtk/release/names.ts";
import { defaultCluster } from "../../records/cluster.ts";
import { adviceOf } from "../../base/trouble.ts";
import { printableJSON } from "../../base/printable.ts";
import { type ClusterGiven, type ClusterSources, readIntent } from "./intent.ts";

/** One thing that was looked at; `warn` is worth a look and no problem yet. */
export interface Finding {
  readonly level: "ok" | "warn" | "problem";
  readonly what: string;
  readonly hint?: string;
  /** What to type, exactly. */
  readonly command?: string;
}

/** Milliseconds for the pod, whose image may have to be pulled. */
const probeTimeout = 60_000;

export type CheckGiven = ClusterGiven & {
  readonly probeImage: string | undefined;
  readonly json: boolean | undefined;
  readonly quiet: boolean | undefined;
};

/**
 * Checks.
 *
 * @returns 0, or 1 when something is a problem
 * @throws TroubleError when server or cluster cannot be used at all
 */
export async function check(given: CheckGiven, sources: ClusterSources): Promise<number> {
  const { intent } = readIntent(given, sources);
  const talk = (line: string): void => {
    if (given.quiet !== true) process.stderr.write(`${line}\n`);
  };
  const situation = await lookAround(intent, talk);
  talk("Asking for the server from inside the cluster ...");
  const findings = [
    { level: "ok", what: `The server answers at ${situation.server.url}.` } as const,
    checkClusterIP(intent, situation),
    checkCalls(intent, situation),
    await checkReach(intent, situation, given.probeImage ?? "busybox:1.37"),
  ];
  process.stdout.write(given.json === true ? `${printableJSON(findings, 2)}\n` : render(findings));
  return findings.some(({ level }) => level === "problem") ? 1 : 0;
}

/** A kind cluster's address moves after a reboot. */
function checkClusterIP(intent: Intent, { status, settings, clusterIP }: Situation): Finding {
  const has = status.clusters.find(({ name }) => name === intent.cluster)?.clusterIPs ?? [];
  const is = settings.clusterIPs.join(",");
  if (has.join(",") !== is) {
    const what = `The cluster IP is ${is} (${clusterIP.source}), but the server has ${has.join(",") || "none"}.`;
    return { level: "problem", what, hint: "Bring it up to date:", command: "dtk install-addon external-dns" };
  }
  if (clusterIP.isListening) return { level: "ok", what: `The cluster IP is ${is}, as the server has it.` };
  const hint = "Names resolve, and pages come once an ingress controller listens there.";
  return { level: "warn", what: `The cluster IP is ${is}, and nothing listens there on port 80 or 443.`, hint };
}

function checkCalls(intent: Intent, { status }: Situation): Finding {
  const proof = currentProof(status, intent.cluster, Date.now());
  if (proof !== undefined) return { level: "ok", what: "ExternalDNS calls the server." };
  const last = status.clusters.find(({ name }) => name === intent.cluster)?.lastHeard;
  const what =
    last == null ? "ExternalDNS has never called the server." : `ExternalDNS last called the server at ${last}.`;
  return {
    level: "problem",
    what,
    hint: "See how it does (dtk list-addons); install or mend it:",
    command: "dtk install-addon external-dns",
  };
}

async function checkReach(intent: Intent, situation: Situation, image: string): Promise<Finding> {
  const { api, host, installed, status } = situation;
  const url = webhookURL({ host: host.host, port: intent.port, cluster: defaultCluster, hasToken: false });
  const namespace = installed.namespace.exists ? releaseNamespace : "default";
  const reach = judgeReach(await probeFromInside({ api, namespace, image, url, timeout: probeTimeout }));
  const firewall =
    reach.kind === "silent" || reach.kind === "refused"
      ? await firewallCommands(situation.settings.clusterIPs, intent.port)
      : [];
  return describeReach({ reach, url, tokenRequired: status.server.tokenRequired, firewall });
}

/** The outcome as a finding. */
function describeReach(known: {
  readonly reach: Reach;
  readonly url: string;
  readonly tokenRequired: boolean;
  readonly firewall: readonly string[];
}): Finding {
  const { reach, url, tokenRequired, firewall } = known;
  const open =
    firewall.length === 0
      ? { hint: "Allow the port in this desktop's firewall, or name another dns.host-ip." }
      : { hint: "Let the cluster through the firewall:", command: firewall.join("; ") };
  switch (reach.kind) {
    case "reached":
      return describeCaller(reach, url, tokenRequired);
    case "stranger":
      return {
        level: "problem",
        what: `Inside the cluster another server answers at ${url}.`,
        hint: "Name the right address as dns.host-ip.",
      };
    case "refused":
      return { level: "problem", what: `Inside the cluster ${url} refuses the connection.`, ...open };
    case "unknown-host":
      return {
        level: "problem",
        what: `Inside the cluster nobody knows the name in ${url}.`,
        hint: "Name an address as dns.host-ip.",
      };
    case "silent":
      return { level: "problem", what: `Inside the cluster ${url} does not answer.`, ...open };
    case "could-not-run":
      return {
        level: "warn",
        what: `No probe could run inside the cluster: ${reach.why}.`,
        hint: "Name an image that the cluster has, with a shell and wget: --probe-image",
      };
  }
}

function describeCaller(
  { seenFrom, isAllowed }: Extract<Reach, { kind: "reached" }>,
  url: string,
  tokenRequired: boolean,
): Finding {
  const reached = `The cluster reaches ${url}, where it is seen as ${seenFrom}`;
  if (isAllowed) return { level: "ok", what: `${reached}, which may call.` };
  if (tokenRequired)
    return {
      level: "ok",
      what: `${reached}; ExternalDNS's token lets it in, unless the server was started with --allow.`,
    };
  return {
    level: "problem",
    what: `${reached}, which may not call.`,
    hint: `Start the server with --allow=${seenFrom}`,
  };
}

const marks = { ok: "ok      ", warn: "note    ", problem: "PROBLEM " } as const;

function render(findings: readonly Finding[]): string {
  return findings
    .flatMap(({ level, what, hint, command }) => [
      `${marks[level]}${what}\n`,
      ...(hint === undefined ? [] : [`        ${adviceOf({ hint, command })}\n`]),
    ])
    .join("");
}
