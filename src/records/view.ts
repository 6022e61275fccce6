/** The view: what resolvers should see, and what it is computed from. */
import type { Address } from "./address.ts";
import type { ClusterName, ClusterSettings } from "./cluster.ts";
import type { ManagedDomain } from "./managed-domain.ts";
import type { ALabelName } from "./name.ts";
import type { TeamName } from "./team-name.ts";
import type { TeamRefusal } from "./team-refusal.ts";
import type { StoredExcess, ViewRecord } from "./view-record.ts";

export interface ViewCluster {
  readonly name: ClusterName;
  readonly settings: ClusterSettings;
  readonly records: Iterable<ViewRecord>;
  /** Set where it is a team, which comes after every cluster. */
  readonly team?: RankedTeam | undefined;
}

/** A team among others. */
interface RankedTeam {
  readonly name: TeamName;
  /** From 1, in the order of joining: where two teams name the same, the first has it. */
  readonly rank: number;
}

export interface ViewInput {
  readonly clusters: Iterable<ViewCluster>;
  /** Which cluster was shown for a name when the view was last computed; asked about names that several clusters want. */
  readonly holders: Pick<ReadonlyMap<ALabelName, ClusterName>, "get">;
  /** Names that belong to this machine, beside `localhost`. */
  readonly ownNames: ReadonlySet<string>;
}

/** A name that resolvers should see, with everything that they should see of it. */
export interface ViewEntry {
  /** Any DNS name: it may be a wildcard or have underscores. */
  readonly name: ALabelName;
  readonly cluster: ClusterName;
  /** IPv4 first, each family in text order; empty for a name that has other records alone. */
  readonly addresses: readonly Address[];
  /** Seconds that the addresses may be kept; undefined where the source leaves it open. */
  readonly ttl: number | undefined;
  /** What it has beside addresses, in the order of the types. */
  readonly others: readonly RecordSet[];
  readonly resource: string | undefined;
  /** The team whose name it is; absent for a name of a cluster. */
  readonly team?: TeamName | undefined;
}

/** The records of a name that are of one type, which is neither an address nor a CNAME. */
export interface RecordSet {
  /** As in `TXT`. */
  readonly type: string;
  /** Verbatim, each once. */
  readonly targets: readonly string[];
  /** As {@link ViewEntry.ttl}. */
  readonly ttl: number | undefined;
}

/** Why a record is not shown: what holds for every sink. */
export type NotShownReason =
  | "not-managed"
  | StoredExcess
  | "not-a-host-name"
  | "own-name"
  | "no-cluster-ip"
  | "no-usable-address"
  | "too-many-addresses"
  | "taken-by-other-cluster"
  | "team-shadowed"
  | TeamRefusal
  | "block-full";

/** A record that is stored and that no sink could show. */
export interface NotShown {
  readonly name: string;
  readonly cluster: ClusterName;
  readonly type: string;
  readonly resource: string | undefined;
  readonly reason: NotShownReason;
  /** The cluster or team that has the name, for `taken-by-other-cluster` and `team-shadowed`. */
  readonly holder?: ClusterName;
}

export interface View {
  /** Sorted by name. */
  readonly entries: readonly ViewEntry[];
  readonly notShown: readonly NotShown[];
  /** The managed domains of all clusters, each once, sorted. */
  readonly domains: readonly ManagedDomain[];
  /** The names that several clusters want, and the cluster that holds each. */
  readonly holders: ReadonlyMap<ALabelName, ClusterName>;
}

export const emptyView: View = { entries: [], notShown: [], domains: [], holders: new Map() };
