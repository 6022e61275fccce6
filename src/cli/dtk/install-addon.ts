/** `dtk install-addon external-dns`: inspects the cluster, shows a plan, carries it out and proves the result. */
import { explainChoice } from "../../kubernetes/cluster-ip/choice.ts";
import { findSilentIngresses } from "../../dtk/discovery/silent-ingress.ts";
import { install } from "../../dtk/installation/install.ts";
import type { Intent, Say } from "../../dtk/installation/intent.ts";
import { type Plan, type Rival, isDone, planInstallation } from "../../dtk/installation/plan.ts";
import { type Proof, currentProof, prove } from "../../dtk/installation/prove.ts";
import { watchSentence } from "../../dtk/installation/watch.ts";
import { type Situation, lookAround } from "../../dtk/installation/situation.ts";
import { askHelm, runHelm } from "../../dtk/release/run-helm.ts";
import { releaseName, releaseNamespace } from "../../dtk/release/names.ts";
import { judgeRollout } from "../../dtk/release/rollout.ts";
import { watchFeed } from "../../records/feed.ts";
import { printableJSON } from "../../base/printable.ts";
import { confirm } from "../confirm.ts";
import { renderDiff } from "./diff.ts";
import { renderDNSDiff, renderTaught } from "./dns-words.ts";
import { type PodDNS, changePodDNS, planPodDNS } from "./pod-dns.ts";
import { type ClusterGiven, type ClusterSources, readIntent } from "./intent.ts";
import type { chartSettings } from "./settings.ts";
import { renderNext } from "./next.ts";
import type { Given } from "../setting.ts";

export type InstallGiven = ClusterGiven &
  Given<typeof chartSettings> & {
    readonly dryRun: boolean | undefined;
    readonly yes: boolean | undefined;
    readonly quiet: boolean | undefined;
    readonly json: boolean | undefined;
    readonly waitServer: boolean | undefined;
    readonly dnsInCluster: boolean | undefined;
  };

/** Milliseconds for the rollout, in which an image may have to be pulled. */
const rolloutTimeout = 180_000;

/**
 * Installs or updates the add-on.
 *
 * @returns the exit code
 * @throws TroubleError
 */
export async function installAddon(given: InstallGiven, sources: ClusterSources): Promise<number> {
  const { intent } = readIntent(given, sources);
  const say: Say = (line) => {
    if (given.quiet !== true) process.stderr.write(`${line}\n`);
  };
  const situation = await lookAround(intent, say);
  const plan = await planInstallation(intent, situation);
  const dns = given.dnsInCluster === true ? await planPodDNS(intent, situation) : undefined;
  sayPlan(situation, plan, say);
  const duplicate = duplicateOf(intent, situation, plan);
  if (duplicate !== undefined && (given.dryRun === true || given.yes === true)) say(duplicate);
  if (given.dryRun === true) {
    process.stdout.write(await renderDryRun(intent, situation, plan));
    if (dns !== undefined) process.stdout.write(`\n${renderDNSDiff(dns.work)}`);
    return 0;
  }
  if (duplicate !== undefined && !(await confirm(duplicate, given.yes))) return 1;
  if (plan.rival !== undefined && !(await confirm(describeRival(plan.rival, intent), given.yes))) return 1;
  if (plan.takesOver && !(await confirm(takeOver, given.yes))) return 1;
  const { changed, proof } = await bringAbout(intent, situation, plan, say);
  if (dns !== undefined) await changePodDNS(situation.api, dns);
  report({ given, intent, situation, plan, changed, proof, dns });
  return 0;
}

const takeOver = `There is a release ${releaseName} in the namespace ${releaseNamespace} that dtk did not make; its values would be replaced.`;

function describeRival({ clusterIPs, lastHeard }: Rival, { cluster }: Intent): string {
  return `The server has a cluster ${cluster} already, at ${clusterIPs.join(", ")}, which called last at ${lastHeard}; both would be mixed. To keep them apart, give this one a name of its own: dns.cluster in config.yaml, or --cluster NAME.`;
}

/** What feeds the cluster already, or is to, where ExternalDNS would come in addition; undefined where nothing does. */
function duplicateOf({ feed }: Intent, { watch }: Situation, { release }: Plan): string | undefined {
  if (release.action !== "install") return undefined;
  if (watch !== undefined) return `${watchSentence(watch)} ExternalDNS would hand in its names a second time.`;
  if (feed !== watchFeed) return undefined;
  return "The configuration leaves this cluster to the watcher, as dns.feed is watch. ExternalDNS would be a second feed.";
}

function sayPlan({ clusterIP, host, targets }: Situation, { url, release }: Plan, say: Say): void {
  const [chosen = "", ...others] = explainChoice(clusterIP);
  say(`Cluster IP    ${chosen}`);
  for (const other of others) say(`              ${other}`);
  if (!clusterIP.isListening) {
    say("              Nothing listens there yet; names will work once an ingress controller does.");
  }
  say(`Host          ${host.host}: ${host.reason}`);
  say(`Targets       ${targets.targets}: ${targets.reason}`);
  say(`Webhook       ${url}`);
  say(`Chart         external-dns ${release.shape.version}, ExternalDNS ${release.shape.appVersion}`);
}

/** Nothing is done twice; what was done before but does not run is waited for, or explained. */
async function bringAbout(
  intent: Intent,
  situation: Situation,
  plan: Plan,
  say: Say,
): Promise<{ readonly changed: boolean; readonly proof: Proof }> {
  const changed = !isDone(plan);
  if (changed) await install(intent, situation, plan, say);
  const isRunning = judgeRollout(situation.installed.workload).kind === "done";
  const now = !changed && isRunning ? currentProof(situation.status, intent.cluster, Date.now()) : undefined;
  const proof = now ?? (await prove(intent, situation, plan, { timeout: rolloutTimeout, say }));
  return { changed, proof };
}

function report(done: {
  readonly given: InstallGiven;
  readonly intent: Intent;
  readonly situation: Situation;
  readonly plan: Plan;
  readonly changed: boolean;
  readonly proof: Proof;
  readonly dns: PodDNS | undefined;
}): void {
  const { given, intent, situation, plan, changed, proof, dns } = done;
  const silentIngresses = findSilentIngresses(situation.facts);
  const { clusterIP, host, targets } = situation;
  if (given.json === true) {
    const result = {
      changed: changed || (dns?.work.changes.length ?? 0) > 0,
      cluster: intent.cluster,
      domains: intent.domains,
      clusterIPs: clusterIP.clusterIPs,
      clusterIPSource: clusterIP.source,
      host: host.host,
      targets: targets.targets,
      webhook: plan.url,
      chart: plan.release.shape.version,
      lastHeard: proof.lastHeard,
      silentIngresses,
      ...(dns && { dnsInCluster: { configMap: dns.work.place?.configMap ?? null, ...dns.told } }),
    };
    process.stdout.write(`${printableJSON(result, 2)}\n`);
  } else if (given.quiet !== true) {
    process.stdout.write(renderNext({ intent, changed, silentIngresses, watch: situation.watch }));
    if (dns !== undefined) process.stdout.write(`\n${renderTaught(dns.work, dns.told)}`);
  }
}

async function renderDryRun(intent: Intent, situation: Situation, plan: Plan): Promise<string> {
  const { release, steps, tokenChanges, token } = plan;
  const { place } = intent;
  const [after, before] = await Promise.all([
    runHelm(["template", ...release.parameters], { place, input: release.values }),
    situation.installed.revision === undefined
      ? undefined
      : askHelm(["get", "manifest", releaseName, "--namespace", releaseNamespace], { place }),
  ]);
  const todo = [
    ...steps.map(({ sentence }) => `tell the server: ${sentence}`),
    ...(tokenChanges
      ? [token === undefined ? "remove the Secret with the token" : "put the webhook token into a Secret"]
      : []),
    ...(release.action === "nothing" ? [] : [`${release.action} the chart external-dns ${release.shape.version}`]),
  ];
  const plans = todo.length === 0 ? "Nothing would change.\n" : `Would:\n${todo.map((each) => `  ${each}\n`).join("")}`;
  const diff = renderDiff({ name: "manifests", before: tidy(before), after: tidy(after) });
  return `${plans}\nValues:\n${indent(release.values)}${diff === "" ? "" : `\n${diff}`}`;
}

/** Helm begins the manifest of a release and a rendered template in different ways. */
function tidy(manifest: string | undefined): string | undefined {
  return manifest === undefined ? undefined : `${manifest.replace(/^(?:---)?\s*\n/, "").trim()}\n`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
