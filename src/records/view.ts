/** The view: what resolvers should see, as a pure function of what is stored and what is set. */
import type { Address } from "./address.ts";
import type { ClusterName, ClusterSettings } from "./cluster.ts";
import { type Endpoint, recordKey, resourceOf } from "./endpoint.ts";
import { isManaged } from "./managed-domain.ts";
import { type HostName, parseDNSName, toHostName } from "./name.ts";
import { addressesOf } from "./target.ts";

/** A stored record, as far as the view needs it. */
export interface ViewRecord {
  /** Lower case, without trailing dot; any name that ExternalDNS sent. */
  readonly name: string;
  /** The name as a hosts file can hold it, if it can. */
  readonly hostName: HostName | undefined;
  readonly type: string;
  readonly targets: readonly string[];
  readonly resource: string | undefined;
  /** Grows with every record that the store sees for the first time. */
  readonly sequence: number;
}

export interface ViewCluster {
  readonly name: ClusterName;
  readonly settings: ClusterSettings;
  readonly records: Iterable<ViewRecord>;
}

export interface ViewInput {
  readonly clusters: Iterable<ViewCluster>;
  /** Who was shown for a name that several clusters wanted when the view was last computed. */
  readonly holders: ReadonlyMap<HostName, ClusterName>;
  /** Names that belong to this machine, beside `localhost`. */
  readonly ownNames: ReadonlySet<string>;
}

export interface ViewEntry {
  readonly name: HostName;
  readonly cluster: ClusterName;
  /** IPv4 first, each family in text order. */
  readonly addresses: readonly Address[];
  readonly resource: string | undefined;
}

export type Refusal =
  | "no-cluster-ip"
  | "no-usable-address"
  | "own-name"
  | "wildcard"
  | "underscore"
  | "not-a-host-name"
  | "record-type"
  | "not-managed"
  | "taken-by-other-cluster";

/** A record that is stored and cannot be shown. */
export interface NotShown {
  readonly name: string;
  readonly cluster: ClusterName;
  readonly type: string;
  readonly resource: string | undefined;
  readonly reason: Refusal;
  /** Who has the name, for `taken-by-other-cluster`. */
  readonly holder?: ClusterName;
}

export interface View {
  /** Sorted by name. */
  readonly entries: readonly ViewEntry[];
  readonly notShown: readonly NotShown[];
  /** The names that several clusters want, and who has each. */
  readonly holders: ReadonlyMap<HostName, ClusterName>;
}

export const emptyView: View = { entries: [], notShown: [], holders: new Map() };

const shownTypes: ReadonlySet<string> = new Set(["A", "AAAA", "CNAME"]);

/** One cluster's showable wish for one name. */
interface Claim {
  readonly cluster: ClusterName;
  readonly records: readonly [ViewRecord, ...ViewRecord[]];
  readonly addresses: readonly Address[];
}

type Group = [ViewRecord, ...ViewRecord[]];

/**
 * Takes from an endpoint what the view needs.
 *
 * @param endpoint - an endpoint as it is stored
 * @param sequence - when the store saw the record first, in relation to others
 * @returns undefined for a TXT record, which says who owns a name and never where it is
 */
export function toViewRecord(endpoint: Endpoint, sequence: number): ViewRecord | undefined {
  const { name, type } = recordKey(endpoint);
  if (type === "TXT") return undefined;
  const dnsName = parseDNSName(name);
  return {
    name,
    hostName: dnsName && toHostName(dnsName),
    type,
    targets: endpoint.targets ?? [],
    resource: resourceOf(endpoint),
    sequence,
  };
}

/**
 * Computes what resolvers should see.
 *
 * @param input - what is stored, what is set, and who held the contested names
 * @returns the names with their addresses, what is not shown and why, and who has the contested names
 */
export function computeView(input: ViewInput): View {
  const notShown: NotShown[] = [];
  const claims = new Map<HostName, Claim[]>();
  for (const cluster of input.clusters) {
    const groups = groupByName(cluster, input.ownNames, notShown);
    for (const [name, records] of groups) addClaim(claims, notShown, cluster, name, records, groups);
  }
  const entries: ViewEntry[] = [];
  const holders = new Map<HostName, ClusterName>();
  for (const [name, rivals] of claims) {
    const winner = electHolder(rivals, input.holders.get(name));
    if (rivals.length > 1) holders.set(name, winner.cluster);
    entries.push({ name, cluster: winner.cluster, addresses: winner.addresses, resource: winner.records[0].resource });
    for (const { cluster, records } of rivals) {
      if (cluster === winner.cluster) continue;
      notShown.push({ ...refuse(cluster, records[0], "taken-by-other-cluster"), holder: winner.cluster });
    }
  }
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  return { entries, notShown, holders };
}

function groupByName(cluster: ViewCluster, ownNames: ReadonlySet<string>, notShown: NotShown[]): Map<HostName, Group> {
  const domains = new Set(cluster.settings.domains);
  const groups = new Map<HostName, Group>();
  for (const record of cluster.records) {
    const reason = refusalOf(record, ownNames, domains);
    if (reason !== undefined || record.hostName === undefined) {
      notShown.push(refuse(cluster.name, record, reason ?? "not-a-host-name"));
      continue;
    }
    const group = groups.get(record.hostName);
    if (group === undefined) groups.set(record.hostName, [record]);
    else group.push(record);
  }
  return groups;
}

function refusalOf(
  { name, hostName, type }: ViewRecord,
  ownNames: ReadonlySet<string>,
  domains: Parameters<typeof isManaged>[1],
): Refusal | undefined {
  if (!isManaged(name, domains)) return "not-managed";
  if (!shownTypes.has(type)) return "record-type";
  if (name.includes("*")) return "wildcard";
  if (name.includes("_")) return "underscore";
  if (hostName === undefined) return "not-a-host-name";
  return hostName === "localhost" || ownNames.has(hostName) ? "own-name" : undefined;
}

function refuse(cluster: ClusterName, { name, type, resource }: ViewRecord, reason: Refusal): NotShown {
  return { name, cluster, type, resource, reason };
}

function addClaim(
  claims: Map<HostName, Claim[]>,
  notShown: NotShown[],
  cluster: ViewCluster,
  name: HostName,
  records: Group,
  groups: ReadonlyMap<string, readonly ViewRecord[]>,
): void {
  const addresses = addressesOf(name, records, cluster.settings, (other) => groups.get(other));
  if (addresses.length === 0) {
    const reason = cluster.settings.clusterIPs.length === 0 ? "no-cluster-ip" : "no-usable-address";
    notShown.push(refuse(cluster.name, records[0], reason));
    return;
  }
  const claim = { cluster: cluster.name, records, addresses };
  const rivals = claims.get(name);
  if (rivals === undefined) claims.set(name, [claim]);
  else rivals.push(claim);
}

/** Who has a contested name keeps it; without a memory of that, who wanted it first. */
function electHolder(rivals: readonly Claim[], holder: ClusterName | undefined): Claim {
  const since = (claim: Claim): number => Math.min(...claim.records.map((record) => record.sequence));
  return rivals.reduce((best, rival) => {
    if (best.cluster === holder) return best;
    return rival.cluster === holder || since(rival) < since(best) ? rival : best;
  });
}
