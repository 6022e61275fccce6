/** What the server must be told so that it has the cluster's settings: planned by comparing, then done and looked at again. */
import type { Status } from "../../contract/status.ts";
import { type ClusterName, type ClusterSettings } from "../../records/cluster.ts";
import { externalDNSFeed } from "../../records/feed.ts";
import type { Server } from "../../client/server.ts";
import { TroubleError } from "../../base/trouble.ts";
import { feedPath, methodPath } from "../../contract/paths.ts";

/** What dtk told a server before, as it is remembered in the cluster. */
interface ToldBefore {
  readonly cluster: ClusterName;
  readonly domains: readonly string[];
}

/** One request, with what it does in words. */
export interface SettingStep {
  readonly sentence: string;
  readonly method: "POST" | "DELETE";
  readonly path: string;
  readonly body?: string;
}

export interface SettingsWanted {
  readonly cluster: ClusterName;
  readonly settings: ClusterSettings;
  /** Undefined when dtk never told a server of this cluster. */
  readonly before: ToldBefore | undefined;
}

/**
 * Plans the seed's REST calls. A domain is removed only when dtk itself set it before; domains that somebody added by
 * hand stay. A cluster that got another name is forgotten under its old one, as its records would stay for ever.
 */
export function planSettings(clusters: Status["clusters"], wanted: SettingsWanted): readonly SettingStep[] {
  const { cluster, settings } = wanted;
  const known = clusters.find(({ name }) => name === cluster);
  const missing = settings.domains.filter((domain) => known?.domains.includes(domain) !== true);
  const clusterIP = settings.clusterIPs.join(",");
  const targets = settings.targets;
  const posts = [
    {
      isDone: missing.length === 0,
      step: post(methodPath(cluster, "domains"), missing.join(","), `manage ${missing.join(", ")}`),
    },
    {
      isDone: known?.clusterIPs.join() === clusterIP,
      step: post(methodPath(cluster, "clusterip"), clusterIP, `point names to ${clusterIP}`),
    },
    {
      isDone: (known?.targets ?? "cluster") === targets,
      step: post(methodPath(cluster, "targets"), targets, `set the target mode ${targets}`),
    },
  ];
  return [
    ...forgetOldName(clusters, wanted),
    ...goneDomains(known?.domains ?? [], wanted).map((domain): SettingStep => {
      return {
        sentence: `remove the domain ${domain}`,
        method: "DELETE",
        path: `${methodPath(cluster, "domains")}/${domain}`,
      };
    }),
    ...posts.filter(({ isDone }) => !isDone).map(({ step }) => step),
  ];
}

function post(path: string, body: string, sentence: string): SettingStep {
  return { sentence, method: "POST", path, body };
}

function forgetOldName(clusters: Status["clusters"], { cluster, before }: SettingsWanted): readonly SettingStep[] {
  if (before === undefined || before.cluster === cluster) return [];
  const there = clusters.find(({ name }) => name === before.cluster);
  return there !== undefined && isOfExternalDNS(there) ? [forgetStep(before.cluster)] : [];
}

/** Whether the server has anything of a cluster that goes with what ExternalDNS sent of it. It always has one called `default`. */
export function isOfExternalDNS({
  domains,
  clusterIPs,
  records,
  feeds = [],
}: Pick<Status["clusters"][number], "domains" | "clusterIPs" | "records" | "feeds">): boolean {
  const isFedOtherwise = feeds.some((feed) => feed !== externalDNSFeed);
  if (isFedOtherwise) return feeds.includes(externalDNSFeed);
  return domains.length + clusterIPs.length + Object.keys(records).length > 0;
}

function goneDomains(present: readonly string[], { cluster, settings, before }: SettingsWanted): readonly string[] {
  if (before?.cluster !== cluster) return [];
  const kept: readonly string[] = settings.domains;
  return before.domains.filter((domain) => present.includes(domain) && !kept.includes(domain));
}

/** The request that makes the server forget what ExternalDNS sent of a cluster, and its settings where nothing else feeds it. */
export function forgetStep(cluster: ClusterName): SettingStep {
  return { sentence: `forget the cluster ${cluster}`, method: "DELETE", path: feedPath(cluster, externalDNSFeed) };
}

/**
 * Tells the server, and looks whether it took.
 *
 * @throws TroubleError `server-refused` or `setting-lost` (exit 3)
 */
export async function applySettings(
  server: Server,
  steps: readonly SettingStep[],
  wanted: SettingsWanted,
): Promise<void> {
  for (const { method, path, body } of steps) await server.change(method, path, body);
  if (steps.length === 0) return;
  const left = planSettings((await server.status()).clusters, wanted);
  if (left.length > 0) throw settingLost(left.map(({ sentence }) => sentence));
}

/** The server took a setting and does not have it. */
function settingLost(sentences: readonly string[]): TroubleError {
  const message = `The server took its settings and still lacks some: ${sentences.join(", ")}.`;
  const hint = "Does something else configure the same cluster? See:";
  const command = "hostsfile-server status";
  return new TroubleError({ code: "setting-lost", message, hint, command }, { exitCode: 3 });
}
