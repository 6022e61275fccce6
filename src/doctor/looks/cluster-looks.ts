/** The looks at the cluster that several checks share, each made once by `desktop.once`. */
import { type ClusterFacts, type Ingress, readClusterFacts } from "../../kubernetes/facts.ts";
import { hostsOf } from "../../dtk/discovery/silent-ingress.ts";
import { type ExternalDNS, findExternalDNS, isForWebhook } from "../../dtk/external-dns/find.ts";
import { type WebhookURL, readWebhookURL } from "../../contract/webhook.ts";
import { kubectlWords } from "../../kubernetes/place.ts";
import { renderCommand } from "../../base/shell.ts";
import type { Status } from "../../contract/status.ts";
import { defaultCluster } from "../../records/cluster.ts";
import { isManaged, parseManagedDomain } from "../../records/managed-domain.ts";
import type { Desktop } from "../check.ts";
import { platform } from "../../platform/current.ts";
import { type ClusterMethod, methodPath } from "../../contract/paths.ts";

/** What the server has of a cluster. */
export type ServerCluster = Status["clusters"][number];

/** ExternalDNS, what it calls, and what the server has of its cluster. */
export interface WebhookPath {
  readonly externalDNS: ExternalDNS;
  /** Undefined when it is not a URL. */
  readonly url: WebhookURL | undefined;
  readonly status: Status | undefined;
  readonly cluster: ServerCluster | undefined;
}

/** Looks at the cluster's own facts. */
export async function lookAtFacts({ kubernetes }: Desktop): Promise<ClusterFacts> {
  return readClusterFacts(await kubernetes());
}

/** Looks for every ExternalDNS of the cluster. */
export async function lookForExternalDNS({ kubernetes }: Desktop): Promise<readonly ExternalDNS[]> {
  return findExternalDNS(await kubernetes());
}

/** Finds the one that is to call this server: with the webhook provider, rather with the server's port than with another. */
export function chooseExternalDNS(found: readonly ExternalDNS[], port: number): ExternalDNS | undefined {
  const webhooks = found.filter(isForWebhook);
  return webhooks.find(({ settings }) => readWebhookURL(settings.webhookURL)?.port === port) ?? webhooks[0];
}

/**
 * Looks at the whole chain, for checks that need `external-dns-installed`.
 *
 * @throws an error when there is no ExternalDNS
 */
export async function lookAtChain(desktop: Desktop): Promise<WebhookPath> {
  const [found, status] = await Promise.all([
    desktop.once(lookForExternalDNS),
    desktop.status().catch(() => undefined),
  ]);
  const externalDNS = chooseExternalDNS(found, desktop.port);
  if (externalDNS === undefined) throw new Error("no ExternalDNS with a webhook is there");
  const url = readWebhookURL(externalDNS.settings.webhookURL);
  const name = url?.cluster ?? defaultCluster;
  return { externalDNS, url, status, cluster: status?.clusters.find((cluster) => cluster.name === name) };
}

/** The Ingresses with a host in a managed domain; all of them when the server does not say which are managed. */
export function managedIngresses(
  { ingresses }: Pick<ClusterFacts, "ingresses">,
  domains: readonly string[] | undefined,
  prefix: string,
): readonly Ingress[] {
  if (domains === undefined) return ingresses;
  const managed = new Set(domains.flatMap((domain) => parseManagedDomain(domain) ?? []));
  return ingresses.filter((ingress) => hostsOf(ingress, prefix).some((host) => isManaged(host, managed)));
}

/** A kubectl command that leads to the cluster that was looked at. */
export function kubectl({ place }: Pick<Desktop, "place">, ...words: readonly string[]): string {
  return renderCommand([...kubectlWords(place), ...words]);
}

/** Some resources by name, as in `default/a, default/b and 3 more`. */
export function listSome(names: readonly string[], most = 3): string {
  const more = names.length - most;
  return `${names.slice(0, most).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The URL of one of the server's REST methods for a cluster, on this machine. */
export function methodURL({ port }: Pick<Desktop, "port">, cluster: string, method: ClusterMethod): string {
  return `http://localhost:${port}${methodPath(cluster, method)}`;
}

/** curl, with the admin token where the server wants one. */
export function curlWords(status: Status | undefined): string {
  const { commands, places } = platform;
  const token = `-H "Authorization: Bearer $(${commands.asRoot(`cat ${places.tokenFile}`)})"`;
  return status?.server.tokenRequired === true ? `curl ${token}` : "curl";
}
