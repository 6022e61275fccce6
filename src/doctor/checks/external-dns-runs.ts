/** Does ExternalDNS's pod run? If it ends again and again, its last words tell why. */
import { firewallCommands } from "../../dtk/firewall/opening.ts";
import { renderChange } from "../../dtk/external-dns/change.ts";
import { type ExternalDNS, newestPod } from "../../dtk/external-dns/find.ts";
import { diagnose, lastLines } from "../../dtk/release/diagnosis.ts";
import { type Rollout, judgeRollout } from "../../dtk/release/rollout.ts";
import { readLog } from "../../dtk/release/workload.ts";
import { kubectlWords } from "../../kubernetes/place.ts";
import { parseAddress } from "../../records/address.ts";
import { isAlive } from "../../contract/liveness.ts";
import { type ClusterName, defaultCluster } from "../../records/cluster.ts";
import type { Advice, Trouble } from "../../base/trouble.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { type WebhookPath, kubectl, lookAtChain } from "../looks/cluster-looks.ts";
import { secretCommand } from "../looks/webhook-secret.ts";
import { platform } from "../../platform/current.ts";

export const externalDNSRuns: Check = {
  id: "external-dns-runs",
  title: "ExternalDNS runs",
  needs: ["external-dns-installed", "webhook-url", "firewall-open"],
  run: async (desktop) => {
    const chain = await desktop.once(lookAtChain);
    const log = await readWords(desktop, chain);
    const clusterIPs = (chain.cluster?.clusterIPs ?? []).flatMap((text) => parseAddress(text) ?? []);
    const firewall = log === "" ? [] : await firewallCommands(clusterIPs, desktop.port);
    return [judgeRuns({ chain, log, firewall, desktop, now: Date.now() })];
  },
};

/** A pod that is well has nothing to say. */
async function readWords({ kubernetes }: Desktop, { externalDNS }: WebhookPath): Promise<string> {
  const rollout = judgeRollout(externalDNS.workload);
  return rollout.kind === "failed" && rollout.why === "crash" ? readLog(await kubernetes(), rollout.pod) : "";
}

interface RunFacts {
  readonly chain: WebhookPath;
  /** The end of the pod's log. */
  readonly log: string;
  readonly firewall: readonly string[];
  readonly desktop: Pick<Desktop, "place">;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Judges how the pod does. */
export function judgeRuns(facts: RunFacts): Finding {
  const { chain, desktop } = facts;
  const { externalDNS } = chain;
  const { namespace, name, workload } = externalDNS;
  if (workload.deployment?.spec.replicas === 0) return scaledDown(chain, desktop);
  const rollout = judgeRollout(workload);
  const pod = newestPod(externalDNS)?.metadata.name;
  if (rollout.kind === "done" || isPast(facts)) return ok(`ExternalDNS runs: pod ${namespace}/${pod ?? name}.`);
  if (rollout.kind === "failed") return { grade: "problem", ...rolloutTrouble(rollout, facts) };
  const message = `ExternalDNS does not run yet: still waiting for ${rollout.what}.`;
  const hint = "See why, if it lasts:";
  const command = kubectl(desktop, "-n", namespace, "describe", "pods");
  return { grade: "problem", code: "external-dns-waits", message, hint, command };
}

function scaledDown({ externalDNS }: WebhookPath, desktop: Pick<Desktop, "place">): Finding {
  const { namespace, name } = externalDNS;
  const words = ["-n", namespace, "scale", "deployment", name, "--replicas=1"];
  return {
    grade: "problem",
    code: "external-dns-scaled-down",
    message: `ExternalDNS is switched off: the Deployment ${namespace}/${name} has 0 replicas.`,
    hint: "Switch it on:",
    command: kubectl(desktop, ...words),
    fix: { commands: [[...kubectlWords(desktop.place), ...words]], needsRoot: false },
  };
}

/** A pod that ended often, as while the desktop slept, and runs now. */
function isPast({ chain, now }: RunFacts): boolean {
  const { cluster, externalDNS } = chain;
  const states = newestPod(externalDNS)?.status.containerStatuses ?? [];
  const isWaiting = states.some(({ state }) => state?.waiting !== undefined || state?.terminated !== undefined);
  return states.length > 0 && !isWaiting && isAlive(cluster?.lastHeard, externalDNS.settings.interval, now);
}

function rolloutTrouble(rollout: Extract<Rollout, { kind: "failed" }>, facts: RunFacts): Trouble {
  const { chain, log, firewall, desktop } = facts;
  const { namespace, name } = chain.externalDNS;
  if (rollout.why === "image") {
    const message = `The image of ExternalDNS cannot be pulled: ${rollout.what}.`;
    const hint = "Does the cluster reach the registry, and is there such an image? See:";
    const command = kubectl(desktop, "-n", namespace, "describe", "pods");
    return { code: "image-not-pulled", message, hint, command };
  }
  const cluster = chain.url?.cluster ?? defaultCluster;
  const known = diagnose({ log, url: chain.url?.shown ?? "", cluster, firewall, otherWays: [] });
  if (known !== undefined) return { ...known, ...adviceFor(known, facts) };
  const said = lastLines(log, 1).map((line) => ` It said last: ${line}`);
  const message = `ExternalDNS in pod ${rollout.pod.metadata.name} ends again and again: ${rollout.what}.${said.join("")}`;
  return {
    code: "external-dns-crashes",
    message,
    hint: "See:",
    command: kubectl(desktop, "-n", namespace, "logs", `deployment/${name}`, "--previous"),
  };
}

/** What is known of this ExternalDNS makes the fix exact. */
function adviceFor({ code }: Trouble, { chain, log, desktop }: RunFacts): Advice | undefined {
  const { externalDNS, url } = chain;
  if (externalDNS.origin.kind === "dtk") return undefined;
  if (code === "external-dns-flags") return adviceOnFlag(log, externalDNS, desktop);
  if (code === "webhook-wrong-token") return adviceOnToken(externalDNS, url?.cluster ?? defaultCluster, desktop);
  return undefined;
}

function adviceOnFlag(log: string, externalDNS: ExternalDNS, desktop: Pick<Desktop, "place">): Advice | undefined {
  const [, flag] = /unknown (?:long )?flag:? '?--([a-z0-9-]+)/.exec(log) ?? [];
  if (flag === undefined) return undefined;
  const change = { flag, values: [], chartValue: `extraArgs.${flag}=null` };
  return { hint: "Remove the flag:", command: renderChange(externalDNS, change, desktop.place) };
}

function adviceOnToken(externalDNS: ExternalDNS, cluster: ClusterName, desktop: Pick<Desktop, "place">): Advice {
  const { namespace, name, secrets, container } = externalDNS;
  const url = container.parameters.find((word) => word.startsWith("--webhook-provider-url")) ?? "";
  const from = secrets.get(/\$\(([^)]+)\)@/.exec(url)?.[1] ?? "");
  const show = platform.commands.asRoot(`hostsfile-server token --cluster ${cluster}`);
  if (from === undefined)
    return { hint: "Write the cluster's own token into its --webhook-provider-url. This shows it:", command: show };
  const restart = kubectl(desktop, "-n", namespace, "rollout", "restart", "deployment", name);
  const write = secretCommand(desktop, namespace, from, cluster);
  return { hint: "Put the right one into its Secret and start it again:", command: `${write} && ${restart}` };
}
