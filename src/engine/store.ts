/** What the rest of the product may ask of the store: every endpoint of every cluster, verbatim, and the clusters' settings. */
import type { ClusterName, ClusterSettings } from "../records/cluster.ts";
import type { Mutation, RecordKey } from "../records/endpoint.ts";
import type { Feed } from "../records/feed.ts";
import type { ALabelName } from "../records/name.ts";
import type { Position } from "../records/position.ts";
import type { Steps } from "../base/steps.ts";
import type { Memory, ReadableMemory } from "./memory.ts";
import type { ReadableTeams, Teams } from "./teams.ts";
import type { ViewCluster } from "../records/view.ts";
import type { ViewRecord } from "../records/view-record.ts";

export interface StoredCluster {
  readonly name: ClusterName;
  readonly settings: ClusterSettings;
  /** What the view needs of each record, the feeds united, in no particular order. */
  readonly records: Iterable<ViewRecord>;
}

/** What may be read of a store at any time. */
export interface ReadableStore {
  /** What this machine remembers beside the records. */
  readonly memory: ReadableMemory;
  /** The teams that were joined. */
  readonly teams: ReadableTeams;
  /** How far it has come, which the block in the hosts file names. */
  readonly position: Position;
  /** Every cluster that was configured, and always `default`. */
  clusters(): Iterable<StoredCluster>;
  cluster(name: ClusterName): StoredCluster | undefined;
  /**
   * The endpoints of one feed of a cluster as a JSON array, each exactly as it was put: in one piece, unless an earlier
   * version stored more than the limits allow, which is read piece by piece as it is asked for.
   */
  endpointsJSON(name: ClusterName, feed: Feed): Iterator<string, undefined>;
  /** Does the same in steps, with the same rule as {@link applyInSteps}. */
  endpointsJSONInSteps(name: ClusterName, feed: Feed): Steps<Iterator<string, undefined>>;
  /** Number of stored endpoints of all feeds of a cluster by record type, TXT included. */
  countByType(name: ClusterName): ReadonlyMap<string, number>;
  /** The feeds that have records of a cluster. */
  feedsOf(name: ClusterName): readonly Feed[];
  /** When the records of a canonical name were first stored by any feed, in milliseconds since 1970, if that is known of each. */
  firstStored(cluster: ClusterName, name: string): number | undefined;
  /** The cluster that holds each contested name. */
  holders(): ReadonlyMap<ALabelName, ClusterName>;
}

/**
 * A durable store: when a method that changes something returns, the change is on disk; when it throws, nothing changed.
 * Every method throws StoreTroubleError when the disk or the database fails.
 */
export interface Store extends ReadableStore, Disposable {
  readonly memory: Memory;
  readonly teams: Teams;
  /**
   * Removes and puts records of one feed of a cluster in one transaction, and touches no other feed's. The cluster must
   * be configured.
   *
   * @returns what was not put, since it would pass a limit of the store
   */
  apply(name: ClusterName, feed: Feed, mutation: Mutation): readonly RecordKey[];
  /** Does what {@link apply} does in steps. Until it has ended nobody else may change the store or look at its records. */
  applyInSteps(name: ClusterName, feed: Feed, mutation: Mutation): Steps<readonly RecordKey[]>;
  /** Sets a cluster's settings; a cluster that is not there comes into being. */
  configure(name: ClusterName, settings: ClusterSettings): void;
  /** Removes a cluster with its records; `default` is there again at once, as new. */
  forget(name: ClusterName): void;
  /** Does what {@link forget} does in steps, with the same rule as {@link applyInSteps}. */
  forgetInSteps(name: ClusterName): Steps<void>;
  /**
   * What changed since this was asked before: the names of the records that came, changed or went, and every cluster and
   * team with the records of those names alone. Undefined when it is more than a few names, or settings, or was never asked.
   */
  takeChange(): { readonly names: ReadonlySet<string>; readonly clusters: readonly ViewCluster[] } | undefined;
  /** Remembers which cluster holds each contested name, with the same rule as {@link applyInSteps}. */
  setHoldersInSteps(holders: ReadonlyMap<ALabelName, ClusterName>): Steps<void>;
  /** Brings what is in the log into the database, so that damage to the log loses nothing; does nothing at rest. */
  checkpoint(): void;
  /** Whether something is in the log alone. */
  readonly isLogged: boolean;
  /** Whether its files are still where they were opened, and nothing else is. */
  isInPlace(): boolean;
  /** Writes something that changes nothing, and throws when that is not possible. */
  proveWritable(): void;
}
