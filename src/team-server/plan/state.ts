/** What a team server knows of etcd at one revision, as far as a change is planned by it. */
import type { ClusterName, ClusterSettings } from "../../records/cluster.ts";
import type { ALabelName } from "../../records/name.ts";
import type { ViewRecord } from "../../records/view-record.ts";
import type { Projection } from "./projection.ts";
import type { NameRecords } from "./values.ts";

/** A value with the revision that wrote it. */
export interface Held {
  readonly text: string;
  readonly modRevision: bigint;
}

/** What a cluster has of a name. */
export interface HeldName extends Held {
  /** At which the cluster first wanted the name: its place among those that want it. */
  readonly createRevision: bigint;
  /** What the value says; nothing where it cannot be read. */
  readonly records: NameRecords;
}

export interface TeamState {
  /** At which the store became the team's; nothing is written to a store that is another. */
  readonly metaRevision: bigint;
  /** The configured clusters, and always `default`. */
  readonly settings: ReadonlyMap<ClusterName, ClusterSettings>;
  /** Of a cluster's head; 0 for one that nobody has changed. */
  headRevision(cluster: ClusterName): bigint;
  settingsRevision(cluster: ClusterName): bigint;
  record(cluster: ClusterName, name: string): HeldName | undefined;
  namesOf(cluster: ClusterName): Iterable<string>;
  /** What the view needs of a name of a cluster, the feeds united. */
  viewRecords(cluster: ClusterName, name: string): readonly ViewRecord[];
  /** Which cluster is published for a name. */
  holders(): ReadonlyMap<ALabelName, ClusterName>;
  /** What should be published. */
  readonly projection: Projection;
  /** What is published under a key. */
  published(key: string): Held | undefined;
}
