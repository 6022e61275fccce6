/** The values that dtk gives to ExternalDNS's chart, worked out from what was found out. */
import { createHash } from "node:crypto";
import { stringify } from "yaml";
import type { ClusterName } from "../../records/cluster.ts";
import type { ChartShape } from "./chart.ts";
import { desktopInterval } from "../../contract/liveness.ts";
import { tokenVariable } from "../../contract/webhook.ts";

/** What ExternalDNS watches (its flag `--source`). */
export type Source = "ingress" | "service" | "gateway-httproute" | "crd";

export interface ValuesOptions {
  readonly chart: ChartShape;
  readonly cluster: ClusterName;
  /** As {@link webhookURL} makes it. */
  readonly url: string;
  /** Whether the URL takes a token out of the environment. */
  readonly hasToken: boolean;
  readonly sources: readonly Source[];
  /**
   * What ExternalDNS reads at its start and what is not in the values: the token, and the domains that are negotiated at
   * the root path. A change restarts the pod; only a digest of it gets into the cluster.
   */
  readonly readAtStart: readonly string[];
}

/** Where the cluster's webhook token lies, in the namespace of the release. */
export const tokenSecret = { name: "hostsfile-server-webhook", key: "token" } as const;

/** The seed's annotations; ExternalDNS v0.22 has another default and knows one prefix at a time. */
export const annotationPrefix = "external-dns.alpha.kubernetes.io/";

const digestAnnotation = "hostsfile-server/read-at-start";

/** The types of record that ExternalDNS manages unless told otherwise (pkg/apis/externaldns/types.go). */
const usualTypes = ["A", "AAAA", "CNAME"] as const;

/** What a source can send beside them; ExternalDNS passes over what it does not manage without a word. */
const furtherTypes: Readonly<Record<Source, readonly string[]>> = {
  ingress: [],
  "gateway-httproute": [],
  // The ports of a NodePort (source/service.go).
  service: ["SRV"],
  // Whatever is written; NS and DNAME are not served, which the server then says.
  crd: ["TXT", "SRV", "MX", "NAPTR", "PTR", "NS", "DNAME"],
};

/** Values as Helm takes them; a null removes what the chart has by default. */
type HelmValues = Readonly<Record<string, unknown>>;

/**
 * Makes the values. The order of their keys is fixed, so that equal options give equal text.
 *
 * The sidecar that the chart wants for webhooks in the pod is switched off by removing each of its keys: the template
 * renders it `with` that map, which is then empty (docs/adr/0008). Charts that take a list of arguments may be from before
 * `managedRecordTypes` (chart 1.15.1), so they are given flags.
 */
export function makeValues(options: ValuesOptions): HelmValues {
  const { chart, cluster, url, hasToken, sources, readAtStart } = options;
  const types = managedTypes(sources);
  return {
    provider: { name: "webhook", webhook: Object.fromEntries(chart.sidecarKeys.map((key) => [key, null])) },
    ...(chart.hasServiceSwitch && { service: { enabled: false } }),
    sources,
    policy: "sync",
    registry: "txt",
    txtOwnerId: ownerId(cluster),
    // Without triggerLoopOnEvent: an event would put the next look off to 5 s after the last one (controller/controller.go).
    interval: `${desktopInterval / 1000}s`,
    logLevel: "warning",
    ...(chart.hasAnnotationPrefix && { annotationPrefix }),
    ...(hasToken && { env: [{ name: tokenVariable, valueFrom: { secretKeyRef: tokenSecret } }] }),
    ...(readAtStart.length > 0 && { podAnnotations: { [digestAnnotation]: digestOf(readAtStart) } }),
    ...(chart.extraArgs === "map" && types.length > 0 && { managedRecordTypes: types }),
    extraArgs:
      chart.extraArgs === "list"
        ? [`--webhook-provider-url=${url}`, ...types.map((type) => `--managed-record-types=${type}`)]
        : { "webhook-provider-url": url },
  };
}

/** The types that ExternalDNS is told to manage; none where those that it manages anyway are all that there can be. */
function managedTypes(sources: readonly Source[]): readonly string[] {
  const further = new Set(sources.flatMap((source) => furtherTypes[source]));
  return further.size === 0 ? [] : [...usualTypes, ...further];
}

/** Renders the values as a file for `helm --values`. */
export function renderValues(options: ValuesOptions): string {
  return stringify(makeValues(options), { aliasDuplicateObjects: false, lineWidth: 0 });
}

/**
 * The id under which ExternalDNS owns its records: the same for a cluster that is made anew, so that it still owns them.
 */
export function ownerId(cluster: ClusterName): string {
  return `dtk-${cluster}`;
}

function digestOf(texts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(texts)).digest("hex");
}
