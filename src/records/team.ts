/** A team as values: whose names this desktop follows, what they may be, and what the view needs of each. */
import type { Address } from "./address.ts";
import type { ManagedDomain } from "./managed-domain.ts";
import { parseDNSName, toALabels } from "./name.ts";
import { type TeamName, ownerOf } from "./team-name.ts";
import type { TeamRefusal } from "./team-refusal.ts";
import type { ViewRecord } from "./view-record.ts";
import type { RecordSet, ViewCluster } from "./view.ts";

/** What the user agreed to when joining. The team cannot change any of it. */
export interface TeamConsent {
  /** The only domains in which the team may name anything. */
  readonly domains: readonly ManagedDomain[];
  /** The only networks into which its names may lead, as text. */
  readonly networks: readonly string[];
  /** Names that are shown at most. */
  readonly mostNames: number;
}

/** Networks that the Internet does not route (RFC 1918, RFC 6598, RFC 4193). */
export const privateNetworks: readonly string[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "fc00::/7",
];

/** Names of a team that are shown unless the user allows more: each look-up of a name reads the whole hosts file. */
export const usualMostNames = 10_000;

/** What a team says of one name, after everything was refused that it may not say. */
export interface TeamEntry {
  /** Lower case, without trailing dot. */
  readonly name: string;
  readonly addresses: readonly Address[];
  /** What it has beside addresses. */
  readonly others: readonly RecordSet[];
  /** Seconds; undefined where the team leaves it open. */
  readonly ttl: number | undefined;
  /** Who wrote it, as in `ingress/default/test`. */
  readonly resource: string | undefined;
  /** Why some of it is not shown, each once. */
  readonly refused: readonly TeamRefusal[];
}

/** A name with everything that the tree holds of it, as it is kept. */
export interface TeamRow {
  readonly entry: TeamEntry;
  /** Each key with its value, as the team's store has them. */
  readonly keys: readonly (readonly [key: string, value: string])[];
}

/** What became of names. */
export interface RowChange {
  readonly put: readonly TeamRow[];
  readonly remove: readonly string[];
}

/** A team with the names that are shown of it. */
export interface TeamView {
  readonly name: TeamName;
  /** From 1, in the order of joining: where two teams name the same, the first has it. */
  readonly rank: number;
  readonly domains: readonly ManagedDomain[];
  readonly entries: Iterable<TeamEntry>;
}

/** Whether an entry has anything to show. */
export function isShowable({ addresses, others }: Pick<TeamEntry, "addresses" | "others">): boolean {
  return addresses.length + others.length > 0;
}

/** Makes of a team what the view is computed from: one that comes after every cluster. */
export function toViewCluster({ name, rank, domains, entries }: TeamView): ViewCluster {
  return {
    name: ownerOf(name),
    team: { name, rank },
    settings: { clusterIPs: [], domains, targets: "record" },
    records: viewRecords(entries, rank),
  };
}

/** After every record of a cluster: where not all names have room, those of teams go first. */
const afterClusters = Number.MAX_SAFE_INTEGER - 1_000_000;

function* viewRecords(entries: Iterable<TeamEntry>, rank: number): Generator<ViewRecord> {
  for (const entry of entries) yield* recordsOf(entry, afterClusters + rank);
}

function* recordsOf(entry: TeamEntry, sequence: number): Generator<ViewRecord> {
  const { name, addresses, others, ttl, resource, refused } = entry;
  const parsed = parseDNSName(name);
  const common = { name, dnsName: parsed && toALabels(parsed), resource, sequence };
  if (addresses.length > 0) yield { ...common, type: "A", targets: addresses, ttl };
  for (const { type, targets, ttl: ofSet } of others) yield { ...common, type, targets, ttl: ofSet };
  for (const reason of refused) yield { ...common, type: "A", targets: [], ttl: undefined, refused: reason };
}
