/** Plans the steps that make the add-on as it should be. There are none when it is so already. */
import { messageOf } from "../../base/errors.ts";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Status } from "../../contract/status.ts";
import { webhookToken } from "../../contract/token.ts";
import { defaultCluster } from "../../records/cluster.ts";
import { TroubleError } from "../../base/trouble.ts";
import type { ChartShape } from "../release/chart.ts";
import { type Source, renderValues } from "../release/values.ts";
import { webhookURL } from "../../contract/webhook.ts";
import { chartIdentity, chartParameters, readChart } from "../release/chart-source.ts";
import { releaseName, releaseNamespace } from "../release/names.ts";
import type { InstallRecord } from "../release/record.ts";
import { type SettingStep, type SettingsWanted, planSettings } from "./settings.ts";
import type { Intent } from "./intent.ts";
import type { Situation } from "./situation.ts";
import { requireTrustedHost } from "./trusted-host.ts";

interface ReleasePlan {
  readonly action: "install" | "upgrade" | "nothing";
  /** dtk's values as YAML; they hold no token. */
  readonly values: string;
  /** Behind `helm upgrade --install` or `helm template`. */
  readonly parameters: readonly string[];
  /** As the record keeps them. */
  readonly inputs: string;
  readonly chart: string;
  readonly shape: ChartShape;
}

/** Another cluster that calls the server under the same name. */
export interface Rival {
  readonly clusterIPs: readonly string[];
  readonly lastHeard: string;
}

export interface Plan {
  /** The URL that ExternalDNS calls, with the place of the token. */
  readonly url: string;
  readonly wanted: SettingsWanted;
  readonly steps: readonly SettingStep[];
  /** The webhook token that the cluster should have; undefined for none. */
  readonly token: string | undefined;
  readonly tokenChanges: boolean;
  readonly release: ReleasePlan;
  /** Whether a release is there that dtk did not make. */
  readonly takesOver: boolean;
  /** What another cluster has under this one's name at the server, if one calls under it. */
  readonly rival: Rival | undefined;
}

/**
 * Plans; nothing is changed.
 *
 * @throws TroubleError `values-unreadable` (exit 2), `host-not-here` (exit 3), and what reading the chart throws
 */
export async function planInstallation(intent: Intent, situation: Situation): Promise<Plan> {
  const { installed, status, settings, host } = situation;
  const { record } = installed.namespace;
  const admin = status.server.tokenRequired ? intent.token : undefined;
  const token = admin && webhookToken(admin.text, intent.cluster);
  // A team server has proven that it knows the admin token before it was believed that it wants one.
  if (token !== undefined && intent.team === undefined) requireTrustedHost(host.host, intent);
  const url = webhookURL({
    host: host.host,
    port: intent.port,
    cluster: intent.cluster,
    hasToken: token !== undefined,
  });
  const wanted = { cluster: intent.cluster, settings, before: record };
  return {
    url,
    wanted,
    steps: planSettings(status.clusters, wanted),
    token,
    tokenChanges: token !== installed.token,
    release: await planRelease({ intent, situation, url, token }),
    takesOver: installed.revision !== undefined && record === undefined,
    rival: findRival({ clusters: status.clusters, cluster: intent.cluster, clusterIPs: settings.clusterIPs, record }),
  };
}

/**
 * If a cluster calls the server under this name before dtk has been in this cluster, it is another cluster. If it has
 * the same address, it is this one, set up by hand.
 */
export function findRival(known: {
  readonly clusters: Status["clusters"];
  readonly cluster: string;
  readonly clusterIPs: readonly string[];
  readonly record: InstallRecord | undefined;
}): Rival | undefined {
  const there = known.clusters.find(({ name }) => name === known.cluster);
  if (known.record?.cluster === known.cluster || there === undefined) return undefined;
  const { clusterIPs, lastHeard } = there;
  const isAnother = clusterIPs.length > 0 && !clusterIPs.some((address) => known.clusterIPs.includes(address));
  return isAnother && lastHeard !== null ? { clusterIPs, lastHeard } : undefined;
}

/** Whether there is nothing to do. */
export function isDone({ steps, tokenChanges, release }: Plan): boolean {
  return steps.length === 0 && !tokenChanges && release.action === "nothing";
}

async function planRelease(given: {
  readonly intent: Intent;
  readonly situation: Situation;
  readonly url: string;
  readonly token: string | undefined;
}): Promise<ReleasePlan> {
  const { intent, situation, url, token } = given;
  const { installed } = situation;
  const before = installed.namespace.record?.release;
  const chart = chartIdentity(intent.chart);
  const shape = before?.chart === chart ? before.shape : await readChart(intent.chart, intent.place);
  const values = renderValues({
    chart: shape,
    cluster: intent.cluster,
    url,
    hasToken: token !== undefined,
    sources: sourcesFor(situation),
    readAtStart: readAtStart(intent, token),
  });
  const inputs = digestOf([values, chart, ...intent.valuesFiles.map(readValuesFile), ...intent.set]);
  const isCurrent =
    before?.inputs === inputs &&
    installed.revision?.revision === before.revision &&
    installed.revision.status === "deployed" &&
    installed.workload.deployment !== undefined;
  const action = isCurrent ? "nothing" : installed.revision === undefined ? "install" : "upgrade";
  return { action, values, parameters: helmParameters(intent), inputs, chart, shape };
}

/** The user's own values come last, so that they win. */
function helmParameters({ chart, valuesFiles, set }: Intent): readonly string[] {
  return [
    releaseName,
    ...chartParameters(chart),
    "--namespace",
    releaseNamespace,
    "--values",
    "-",
    ...valuesFiles.flatMap((file) => ["--values", file]),
    ...set.flatMap((text) => ["--set", text]),
  ];
}

/** The chart brings the definition of DNSEndpoints with its first installation, never with an upgrade (Helm's crds folder). */
function sourcesFor({ facts, installed }: Situation): readonly Source[] {
  const routes: readonly Source[] = facts.hasRoutes ? ["gateway-httproute"] : [];
  const endpoints: readonly Source[] = facts.hasDNSEndpoints || installed.revision === undefined ? ["crd"] : [];
  return ["ingress", "service", ...routes, ...endpoints];
}

/** The root path answers the domains, which ExternalDNS keeps; a cluster's own path answers `{}`. */
function readAtStart({ cluster, domains }: Intent, token: string | undefined): readonly string[] {
  return [...(token === undefined ? [] : [token]), ...(cluster === defaultCluster ? domains.toSorted() : [])];
}

function readValuesFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const message = `The values file ${path} cannot be read: ${messageOf(error)}.`;
    const hint = "Name a file with Helm values: --values FILE.";
    throw new TroubleError({ code: "values-unreadable", message, hint }, { exitCode: 2, cause: error });
  }
}

function digestOf(texts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(texts)).digest("hex");
}
