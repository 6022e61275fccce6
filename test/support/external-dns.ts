/** An ExternalDNS as it is found in a cluster, and the chain around it, for tests that change a part of them. */
import { clusterOf } from "./status.ts";
import type { ExternalDNS } from "../../src/dtk/external-dns/find.ts";
import type { ExternalDNSSettings } from "../../src/dtk/external-dns/settings.ts";
import { readWebhookURL } from "../../src/contract/webhook.ts";
import type { Pod } from "../../src/dtk/release/workload.ts";
import type { WebhookPath, ServerCluster } from "../../src/doctor/looks/cluster-looks.ts";
import { statusOf } from "./status.ts";

/** When the pods of these tests started. */
export const started = "2026-01-01T00:00:00.000Z";

/** Nothing was said of kubeconfig and context. */
export const here = { place: { kubeconfig: undefined, context: undefined } };

type ContainerStatus = NonNullable<NonNullable<Pod["status"]["containerStatuses"]>[number]>;

export function podOf(container: Partial<ContainerStatus> = {}): Pod {
  const status: ContainerStatus = { restartCount: 0, state: {}, lastState: {}, ...container };
  return {
    metadata: { name: "external-dns-1", namespace: "external-dns", creationTimestamp: started },
    status: { phase: "Running", containerStatuses: [status] },
  };
}

type Given = Omit<Partial<ExternalDNS>, "settings"> & {
  readonly settings?: Partial<ExternalDNSSettings>;
  readonly replicas?: number;
  readonly pods?: readonly Pod[];
};

/** One that does as the guide has it, on its first pod. */
export function externalDNSOf({ settings, replicas = 1, pods = [podOf()], ...given }: Given = {}): ExternalDNS {
  const counts = { replicas, updatedReplicas: replicas, availableReplicas: replicas };
  return {
    namespace: "external-dns",
    name: "external-dns",
    workload: { deployment: { metadata: {}, spec: { replicas }, status: counts }, pods },
    origin: { kind: "helm", release: "external-dns", chartVersion: "1.21.1" },
    isOnNode: false,
    container: { index: 0, parameters: ["--webhook-provider-url=http://192.168.122.1:5000"] },
    version: [0, 21, 0],
    secrets: new Map(),
    ...given,
    settings: {
      provider: "webhook",
      webhookURL: "http://192.168.122.1:5000",
      policy: "sync",
      registry: "txt",
      ownerId: "default",
      sources: ["ingress"],
      domainFilters: [],
      excludedDomains: [],
      annotationPrefix: "external-dns.alpha.kubernetes.io/",
      interval: 2000,
      hasEvents: false,
      ...settings,
    },
  };
}

/** The chain; its server has the one cluster. */
export function chainOf(
  given: Given & { readonly cluster?: Partial<ServerCluster>; readonly tokenRequired?: boolean } = {},
): WebhookPath {
  const { cluster, tokenRequired = false, ...rest } = given;
  const externalDNS = externalDNSOf(rest);
  const url = readWebhookURL(externalDNS.settings.webhookURL);
  const known = clusterOf(cluster);
  const name = url?.cluster ?? "default";
  return {
    externalDNS,
    url,
    status: statusOf({ clusters: [known], server: { tokenRequired } }),
    cluster: known.name === name ? known : undefined,
  };
}
