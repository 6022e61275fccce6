/** Views for tests of what shows them: written as a source would send the records. */
import { computeView } from "../../src/records/compute-view.ts";
import { type ClusterSettings, parseClusterIPs, parseClusterName } from "../../src/records/cluster.ts";
import { parseManagedDomain } from "../../src/records/managed-domain.ts";
import { toViewRecord } from "../../src/records/view-record.ts";
import type { View } from "../../src/records/view.ts";

/** A record, as in `["foo.dtk.io", "A", "10.0.0.1"]`. */
export type WrittenRecord = readonly [name: string, type: string, ...targets: readonly string[]];

/** What a cluster has, where it is not as usual. */
export interface WrittenCluster {
  readonly name?: string;
  readonly clusterIPs?: readonly string[];
  readonly domains?: readonly string[];
  readonly targets?: ClusterSettings["targets"];
  readonly records: readonly WrittenRecord[];
}

/** The view of some clusters. Without other words they manage `dtk.io`, and their names point to their own targets. */
export function viewOfClusters(...clusters: readonly WrittenCluster[]): View {
  const written = clusters.map((cluster, place) => ({
    name: must(parseClusterName(cluster.name ?? `cluster-${place}`)),
    settings: {
      clusterIPs: cluster.clusterIPs === undefined ? [] : must(parseClusterIPs(cluster.clusterIPs)),
      domains: (cluster.domains ?? ["dtk.io"]).map((domain) => must(parseManagedDomain(domain))),
      targets: cluster.targets ?? "record",
    },
    records: cluster.records.flatMap(([dnsName, recordType, ...targets], index) => {
      const setIdentifier = String(index);
      return toViewRecord({ dnsName, recordType, targets, setIdentifier }, place * 1_000_000 + index) ?? [];
    }),
  }));
  return computeView({ clusters: written, holders: new Map(), ownNames: new Set() });
}

/** The view of one cluster with these records. */
export function viewOfRecords(...records: readonly WrittenRecord[]): View {
  return viewOfClusters({ records });
}

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the test's own value is wrong");
  return value;
}
