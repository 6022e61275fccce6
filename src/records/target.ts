/** Target mode: which addresses the records of one name lead to, at a cost that grows no faster than what is stored. */
import { type Address, familyOf, readTarget } from "./address.ts";
import type { ClusterSettings } from "./cluster.ts";
import { shownLimits } from "./limits.ts";
import { canonicalName } from "./name.ts";

/** The part of a record that says where it points. */
interface TargetRecord {
  readonly targets: readonly string[];
}

/** Finds the address and CNAME records of a name in the same cluster. */
export type FindRecords = (name: string) => readonly TargetRecord[] | undefined;

/**
 * Names of a chain that are followed, the first one included. A chain of CNAMEs has no limit (RFC 1034 section 3.6.2), but
 * resolvers give up after about as many.
 */
const longestChain = 16;

/** Addresses of one name that are collected: one more than may be shown, so that it is seen when there are more. */
const maxCollected = shownLimits.addressesPerName + 1;

/** What the targets of a name say. */
interface Reading {
  readonly addresses: readonly Address[];
  /** Names that CNAMEs lead to. */
  readonly leadsTo: ReadonlySet<string>;
}

/** Finds the addresses of a name, given its address and CNAME records. */
type ResolveAddresses = (name: string, records: readonly TargetRecord[]) => readonly Address[];

/**
 * Makes what works out the addresses of the names of one cluster, for as long as nothing changes there.
 *
 * In mode `cluster` every name gets the cluster IP. In mode `record` usable addresses stay as they are, several records
 * unite, and a CNAME is followed inside the store; one that leads out of it, to itself, in a circle or too far gets the
 * cluster IP, which is the normal case of an Ingress whose target annotation is its own host.
 *
 * Each target is read once, and a name that leads to another has the very list of the other: two hundred names may lead
 * to one with half a million targets.
 *
 * @param settings - the cluster's settings
 * @param find - looks up the records of another name
 * @returns what gives the addresses: IPv4 first, each family in text order, no address twice; empty when nothing usable
 *   is left; of more than may be shown some are left out, and one more than that remains
 */
export function addressResolver(settings: ClusterSettings, find: FindRecords): ResolveAddresses {
  const { clusterIPs } = settings;
  if (settings.targets === "cluster") return () => clusterIPs;
  const readings = new Map<string, Reading>();
  const reached = Array.from({ length: longestChain + 1 }, () => new Map<string, readonly Address[]>());

  const read = (name: string, records: readonly TargetRecord[]): Reading => {
    const reading = readings.get(name) ?? readTargets(records);
    readings.set(name, reading);
    return reading;
  };
  const follow = (name: string, left: number): readonly Address[] => {
    const records = left === 0 ? undefined : find(name);
    return records === undefined ? clusterIPs : resolve(name, records, left);
  };
  const resolve = (name: string, records: readonly TargetRecord[], left: number): readonly Address[] => {
    const { addresses, leadsTo } = read(name, records);
    if (leadsTo.size === 0) return addresses;
    const known = reached[left]?.get(name);
    if (known !== undefined) return known;
    const lists = new Set([addresses]);
    for (const next of leadsTo) lists.add(follow(next, left - 1));
    const united = unite(lists);
    reached[left]?.set(name, united);
    return united;
  };
  return (name, records) => resolve(name, records, longestChain);
}

function readTargets(records: readonly TargetRecord[]): Reading {
  const addresses = new Set<Address>();
  const leadsTo = new Set<string>();
  for (const { targets } of records) {
    for (const text of targets) {
      const target = readTarget(text);
      if (target.kind === "usable") addresses.add(target.address);
      if (target.kind === "name") leadsTo.add(canonicalName(text));
      if (addresses.size >= maxCollected) return { addresses: sortAddresses(addresses), leadsTo };
    }
  }
  return { addresses: sortAddresses(addresses), leadsTo };
}

function unite(lists: ReadonlySet<readonly Address[]>): readonly Address[] {
  const filled = [...lists].filter((list) => list.length > 0);
  const [only, ...others] = filled;
  if (only === undefined || others.length === 0) return only ?? [];
  const united = new Set<Address>();
  for (const list of filled) {
    for (const address of list) {
      if (united.size >= maxCollected) return sortAddresses(united);
      united.add(address);
    }
  }
  return sortAddresses(united);
}

/** The order in which they are shown. */
export function sortAddresses(addresses: Iterable<Address>): readonly Address[] {
  return [...addresses].toSorted(compareAddresses);
}

function compareAddresses(left: Address, right: Address): number {
  const [family, other] = [familyOf(left), familyOf(right)];
  if (family !== other) return family < other ? -1 : 1;
  return left < right ? -1 : 1;
}
