/** Records of any size for a store, and the bytes that it has of them. */
import { type ClusterSettings, defaultCluster, initialSettings, parseClusterIPs } from "../../src/records/cluster.ts";
import { type Endpoint, planMutation } from "../../src/records/endpoint.ts";
import { externalDNSFeed } from "../../src/records/feed.ts";
import { parseManagedDomain } from "../../src/records/managed-domain.ts";
import type { Store } from "../../src/engine/store.ts";

export function change(part: { readonly create?: readonly Endpoint[]; readonly gone?: readonly Endpoint[] }) {
  return planMutation({ create: part.create ?? [], updateOld: [], updateNew: [], delete: part.gone ?? [] });
}

/** An endpoint of about so many bytes. */
export function endpoint(name: string, bytes = 0): Endpoint {
  return { dnsName: name, recordType: "A", targets: ["192.0.2.1"], labels: { padding: "x".repeat(bytes) } };
}

export function settings(): ClusterSettings {
  const domain = parseManagedDomain("dtk.io");
  return {
    ...initialSettings,
    domains: domain === undefined ? [] : [domain],
    clusterIPs: parseClusterIPs(["192.0.2.7"]) ?? [],
  };
}

export function bytesStored(store: Store, cluster = defaultCluster): number {
  let bytes = 0;
  for (const piece of Iterator.from(store.endpointsJSON(cluster, externalDNSFeed))) bytes += piece.length;
  return bytes;
}
