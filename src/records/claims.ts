/** What one cluster would show if it were alone: a claim for each name, and what cannot be shown anywhere. */
import { type Address, targetKind } from "./address.ts";
import type { ClusterName, ClusterSettings } from "./cluster.ts";
import { shownLimits } from "./limits.ts";
import { type ManagedDomain, isManaged } from "./managed-domain.ts";
import type { ALabelName } from "./name.ts";
import { type Group, type Steps, forEachInSteps, groupInSteps } from "../base/steps.ts";
import { type FindRecords, addressResolver } from "./target.ts";
import type { ViewRecord } from "./view-record.ts";
import type { NotShown, NotShownReason, RecordSet, ViewCluster, ViewEntry } from "./view.ts";

/** One cluster's showable wish for one name. */
export interface Claim {
  readonly entry: ViewEntry;
  /** 0 for a cluster; a team's comes after it. */
  readonly rank: number;
  readonly records: Group<NamedRecord>;
}

/** A record with a DNS name. */
type NamedRecord = ViewRecord & { readonly dnsName: ALabelName };

/** Types of records that say where a name points. */
const addressTypes: ReadonlySet<string> = new Set(["A", "AAAA", "CNAME"]);

/**
 * Finds what a cluster claims.
 *
 * @param cluster - its settings and its records
 * @param ownNames - names that belong to this machine, beside `localhost`
 * @returns a claim for each name, sorted by name, and the records that no sink could show
 */
export function* claimsOf(
  cluster: ViewCluster,
  ownNames: ReadonlySet<string>,
): Steps<{ readonly claims: readonly Claim[]; readonly notShown: readonly NotShown[] }> {
  const { named, notShown } = yield* sortOut(cluster, ownNames);
  const groups = yield* groupInSteps(named, ({ dnsName }) => dnsName);
  const resolve = addressResolver(cluster.settings, finder(groups));
  const claims: Claim[] = [];
  yield* forEachInSteps(groups, (records) => {
    const pointing = addressRecords(records);
    const [first] = pointing;
    const found = first === undefined ? [] : resolve(first.dnsName, pointing);
    const reason = first && addressRefusal(cluster.settings, pointing, found);
    if (first !== undefined && reason !== undefined) notShown.push(refuse(cluster.name, first, reason));
    const entry = toEntry({ cluster, records, pointing, addresses: reason === undefined ? found : [] });
    if (entry.addresses.length > 0 || entry.others.length > 0)
      claims.push({ entry, rank: cluster.team?.rank ?? 0, records });
  });
  return { claims, notShown };
}

/** Says that a cluster's record is not shown. */
export function refuse(cluster: ClusterName, { name, type, resource }: ViewRecord, reason: NotShownReason): NotShown {
  return { name, cluster, type, resource, reason };
}

function* sortOut(
  { name, settings, records }: ViewCluster,
  ownNames: ReadonlySet<string>,
): Steps<{ named: NamedRecord[]; notShown: NotShown[] }> {
  const domains = new Set(settings.domains);
  const [named, notShown]: [NamedRecord[], NotShown[]] = [[], []];
  yield* forEachInSteps(records, (record) => {
    const reason = recordRefusal(record, ownNames, domains);
    if (reason === undefined && isNamed(record)) named.push(record);
    else notShown.push(refuse(name, record, reason ?? "not-a-host-name"));
  });
  return { named, notShown };
}

function isNamed(record: ViewRecord): record is NamedRecord {
  return record.dnsName !== undefined;
}

function recordRefusal(
  { name, dnsName, excess, refused }: ViewRecord,
  ownNames: ReadonlySet<string>,
  domains: ReadonlySet<ManagedDomain>,
): NotShownReason | undefined {
  if (refused !== undefined) return refused;
  if (!isManaged(name, domains)) return "not-managed";
  if (excess !== undefined) return excess;
  if (dnsName === undefined) return "not-a-host-name";
  return dnsName === "localhost" || ownNames.has(dnsName) ? "own-name" : undefined;
}

function isAddressRecord({ type }: ViewRecord): boolean {
  return addressTypes.has(type);
}

/** Almost always these are all of them. */
function addressRecords(records: readonly NamedRecord[]): readonly NamedRecord[] {
  return records.every(isAddressRecord) ? records : records.filter(isAddressRecord);
}

function addressRefusal(
  settings: ClusterSettings,
  records: readonly NamedRecord[],
  { length }: readonly Address[],
): NotShownReason | undefined {
  if (length > shownLimits.addressesPerName) return "too-many-addresses";
  if (length > 0) return undefined;
  return wantsClusterIP(settings, records) ? "no-cluster-ip" : "no-usable-address";
}

/** Whether a name without addresses would be shown if the cluster IP were set. */
function wantsClusterIP({ clusterIPs, targets }: ClusterSettings, records: readonly NamedRecord[]): boolean {
  if (clusterIPs.length > 0) return false;
  return targets === "cluster" || records.some((record) => record.targets.some((to) => targetKind(to) === "name"));
}

function toEntry(found: {
  readonly cluster: Pick<ViewCluster, "name" | "team">;
  readonly records: Group<NamedRecord>;
  /** Those of the records that say where the name points. */
  readonly pointing: readonly NamedRecord[];
  readonly addresses: readonly Address[];
}): ViewEntry {
  const { cluster, records, pointing, addresses } = found;
  const { dnsName: name, resource } = pointing[0] ?? records[0];
  const others = pointing.length === records.length ? none : recordSets(records);
  const entry = { name, cluster: cluster.name, addresses, ttl: leastTTL(pointing), others, resource };
  return cluster.team === undefined ? entry : { ...entry, team: cluster.team.name };
}

/** One for all names that have addresses alone. */
const none: readonly RecordSet[] = [];

function recordSets(records: readonly NamedRecord[]): readonly RecordSet[] {
  const byType = Map.groupBy(
    records.filter((record) => !isAddressRecord(record)),
    ({ type }) => type,
  );
  return [...byType]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([type, same]) => ({
      type,
      targets: [...new Set(same.flatMap(({ targets }) => targets))],
      ttl: leastTTL(same),
    }));
}

/** All records of a set have one TTL (RFC 2181 section 5.2). */
function leastTTL(records: readonly NamedRecord[]): number | undefined {
  let least: number | undefined;
  for (const { ttl } of records) if (ttl !== undefined && (least === undefined || ttl < least)) least = ttl;
  return least;
}

/** Looks up the address and CNAME records of a name; most views never need it. */
function finder(groups: readonly Group<NamedRecord>[]): FindRecords {
  let byName: ReadonlyMap<string, readonly NamedRecord[]> | undefined;
  return (name) => {
    byName ??= new Map(groups.map((records) => [records[0].dnsName, addressRecords(records)]));
    const found = byName.get(name);
    return found?.length === 0 ? undefined : found;
  };
}
