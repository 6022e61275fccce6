/** The view: what resolvers should see, as a pure function of what is stored and what is set. */
import { type Address, targetKind } from "./address.ts";
import type { ClusterName, ClusterSettings } from "./cluster.ts";
import { type Endpoint, recordKey, resourceOf } from "./endpoint.ts";
import { shownLimits } from "./limits.ts";
import { isManaged } from "./managed-domain.ts";
import { type HostName, parseDNSName, toHostName } from "./name.ts";
import { type Steps, finish, forEachInSteps, sortInSteps } from "./steps.ts";
import { type FindRecords, addressResolver } from "./target.ts";
import { lineBytes } from "./view-bytes.ts";

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
  /** Why its targets were not kept in memory, if they were not. */
  readonly excess?: StoredExcess | undefined;
}

/** What an earlier version stored may pass a limit of this one. */
export type StoredExcess = "record-too-large" | "store-full";

export interface ViewCluster {
  readonly name: ClusterName;
  readonly settings: ClusterSettings;
  readonly records: Iterable<ViewRecord>;
}

export interface ViewInput {
  readonly clusters: Iterable<ViewCluster>;
  /** Who was shown for a name when the view was last computed; asked about names that several clusters want. */
  readonly holders: Pick<ReadonlyMap<HostName, ClusterName>, "get">;
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
  | "taken-by-other-cluster"
  | "too-many-addresses"
  | "record-too-large"
  | "store-full"
  | "block-full";

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
  readonly hostName: HostName;
  readonly cluster: ClusterName;
  readonly records: Group<ShowableRecord>;
  readonly addresses: readonly Address[];
}

type ShowableRecord = ViewRecord & { readonly hostName: HostName };

type Group<Item> = [Item, ...Item[]];

/**
 * Takes from an endpoint what the view needs.
 *
 * @param endpoint - an endpoint as it is stored
 * @param sequence - when the store saw the record first, in relation to others
 * @param excess - why its targets must not be kept in memory, if they must not
 * @returns undefined for a TXT record, which says who owns a name and never where it is
 */
export function toViewRecord(endpoint: Endpoint, sequence: number, excess?: StoredExcess): ViewRecord | undefined {
  const { name, type } = recordKey(endpoint);
  if (type === "TXT") return undefined;
  const dnsName = parseDNSName(name);
  return {
    name,
    hostName: dnsName && toHostName(dnsName),
    type,
    targets: excess === undefined ? (endpoint.targets ?? []) : [],
    resource: resourceOf(endpoint),
    sequence,
    ...(excess !== undefined && { excess }),
  };
}

/** Computes what {@link viewInSteps} says without a pause. */
export function computeView(input: ViewInput): View {
  return finish(viewInSteps(input));
}

/**
 * Computes what resolvers should see. It is quickest with records in the order of their names.
 *
 * @param input - what is stored, what is set, and who held the contested names; it must not change in between
 * @returns the names with their addresses, what is not shown and why, and who has the contested names
 */
export function* viewInSteps(input: ViewInput): Steps<View> {
  const notShown: NotShown[] = [];
  const claims: Claim[] = [];
  for (const cluster of input.clusters) {
    const groups = yield* groupByName(yield* showableRecords(cluster, input.ownNames, notShown));
    const own = yield* claimNames(cluster, groups, notShown);
    for (const claim of yield* takeFitting(own, shownLimits.bytesPerCluster, notShown)) claims.push(claim);
  }
  const holders = new Map<HostName, ClusterName>();
  const elected: Claim[] = [];
  yield* forEachInSteps(yield* groupByName(claims), (rivals) => {
    const { hostName: name } = rivals[0];
    const holder = electHolder(rivals, input.holders.get(name));
    const { cluster } = holder;
    if (rivals.length > 1) holders.set(name, cluster);
    for (const rival of rivals) {
      if (rival.cluster === cluster) continue;
      notShown.push({ ...refuse(rival.cluster, rival.records[0], "taken-by-other-cluster"), holder: cluster });
    }
    elected.push(holder);
  });
  const entries: ViewEntry[] = [];
  yield* forEachInSteps(yield* takeFitting(elected, shownLimits.bytes, notShown), (claim) => {
    entries.push(toEntry(claim));
  });
  return { entries, notShown, holders };
}

function toEntry({ hostName: name, cluster, addresses, records }: Claim): ViewEntry {
  return { name, cluster, addresses, resource: records[0].resource };
}

/** What of the claims fits into so many bytes of lines, in their order. Where not all do, those that came first have the room. */
function* takeFitting(claims: readonly Claim[], most: number, notShown: NotShown[]): Steps<readonly Claim[]> {
  let bytes = 0;
  yield* forEachInSteps(claims, (claim) => (bytes += lineBytes(claim.hostName, claim.addresses)));
  if (bytes <= most) return claims;
  const aged: (readonly [Claim, number])[] = [];
  yield* forEachInSteps(claims, (claim) => aged.push([claim, firstSequence(claim)]));
  const fitting = new Set<Claim>();
  let left = most;
  for (const [claim] of yield* sortInSteps(aged, (one, other) => one[1] < other[1])) {
    left -= lineBytes(claim.hostName, claim.addresses);
    if (left < 0) break;
    fitting.add(claim);
  }
  const kept: Claim[] = [];
  yield* forEachInSteps(claims, (claim) => {
    if (fitting.has(claim)) kept.push(claim);
    else notShown.push(refuse(claim.cluster, claim.records[0], "block-full"));
  });
  return kept;
}

function* showableRecords(
  { name, settings, records }: ViewCluster,
  ownNames: ReadonlySet<string>,
  notShown: NotShown[],
): Steps<ShowableRecord[]> {
  const domains = new Set(settings.domains);
  const showable: ShowableRecord[] = [];
  yield* forEachInSteps(records, (record) => {
    const reason = refusalOf(record, ownNames, domains);
    if (reason === undefined && isNamed(record)) showable.push(record);
    else notShown.push(refuse(name, record, reason ?? "not-a-host-name"));
  });
  return showable;
}

function isNamed(record: ViewRecord): record is ShowableRecord {
  return record.hostName !== undefined;
}

/** Sorts by name, which costs almost nothing when it is so already, and puts together what has the same. */
function* groupByName<Item extends { readonly hostName: HostName }>(items: readonly Item[]): Steps<Group<Item>[]> {
  const groups: Group<Item>[] = [];
  const sorted = yield* sortInSteps(items, (left, right) => left.hostName < right.hostName);
  yield* forEachInSteps(sorted, (item) => {
    const last = groups.at(-1);
    if (last?.[0].hostName === item.hostName) last.push(item);
    else groups.push([item]);
  });
  return groups;
}

function refusalOf(
  { name, hostName, type, excess }: ViewRecord,
  ownNames: ReadonlySet<string>,
  domains: Parameters<typeof isManaged>[1],
): Refusal | undefined {
  if (!isManaged(name, domains)) return "not-managed";
  if (excess !== undefined) return excess;
  if (!shownTypes.has(type)) return "record-type";
  if (hostName === undefined) {
    if (name.includes("*")) return "wildcard";
    return name.includes("_") ? "underscore" : "not-a-host-name";
  }
  return hostName === "localhost" || ownNames.has(hostName) ? "own-name" : undefined;
}

function refuse(cluster: ClusterName, { name, type, resource }: ViewRecord, reason: Refusal): NotShown {
  return { name, cluster, type, resource, reason };
}

function* claimNames(
  { name: cluster, settings }: ViewCluster,
  groups: readonly Group<ShowableRecord>[],
  notShown: NotShown[],
): Steps<Claim[]> {
  const resolve = addressResolver(settings, finder(groups));
  const claims: Claim[] = [];
  yield* forEachInSteps(groups, (records) => {
    const [{ hostName }] = records;
    const addresses = resolve(hostName, records);
    const reason = addressRefusal(settings, records, addresses);
    if (reason === undefined) claims.push({ hostName, cluster, records, addresses });
    else notShown.push(refuse(cluster, records[0], reason));
  });
  return claims;
}

function addressRefusal(
  settings: ClusterSettings,
  records: Group<ShowableRecord>,
  { length }: readonly Address[],
): Refusal | undefined {
  if (length > shownLimits.addressesPerName) return "too-many-addresses";
  if (length > 0) return undefined;
  return wantsClusterIP(settings, records) ? "no-cluster-ip" : "no-usable-address";
}

/** Whether a name without addresses would be shown if the cluster IP were set. */
function wantsClusterIP({ clusterIPs, targets }: ClusterSettings, records: Group<ShowableRecord>): boolean {
  if (clusterIPs.length > 0) return false;
  return targets === "cluster" || records.some((record) => record.targets.some((to) => targetKind(to) === "name"));
}

/** Looks up the records of a name; most views never need it. */
function finder(groups: readonly Group<ShowableRecord>[]): FindRecords {
  let byName: ReadonlyMap<string, readonly ShowableRecord[]> | undefined;
  return (name) => {
    byName ??= new Map(groups.map((records) => [records[0].hostName, records]));
    return byName.get(name);
  };
}

/** Who has a contested name keeps it; without a memory of that, who wanted it first. */
function electHolder(rivals: Group<Claim>, holder: ClusterName | undefined): Claim {
  const held = rivals.find(({ cluster }) => cluster === holder);
  if (held !== undefined || rivals.length === 1) return held ?? rivals[0];
  let [best] = rivals;
  let since = Number.POSITIVE_INFINITY;
  for (const rival of rivals) {
    const itsSince = firstSequence(rival);
    if (itsSince < since) [best, since] = [rival, itsSince];
  }
  return best;
}

function firstSequence({ records }: Claim): number {
  return records.reduce((first, { sequence }) => Math.min(first, sequence), Number.POSITIVE_INFINITY);
}
