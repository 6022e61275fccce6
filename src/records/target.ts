/** Target mode: which addresses the records of one name stand for. */
import { type Address, familyOf, parseAddress, targetKind } from "./address.ts";
import type { ClusterSettings } from "./cluster.ts";
import { canonicalName } from "./name.ts";

/** The part of a record that says where it points. */
export interface TargetRecord {
  readonly targets: readonly string[];
}

/** Finds the address and CNAME records of a name in the same cluster. */
export type FindRecords = (name: string) => readonly TargetRecord[] | undefined;

/**
 * Names that are followed from one name. A chain of CNAMEs has no limit (RFC 1034 section 3.6.2), but resolvers give up
 * after about as many, and one of many thousands would cost as many steps for each of its names.
 */
const mostFollowed = 16;

/**
 * Works out the addresses of a name.
 *
 * In mode `cluster` every name gets the cluster IP. In mode `record` usable addresses stay as they are, several records
 * unite, and a CNAME is followed inside the store; one that leads out of it, to itself, in a circle or too far gets the
 * cluster IP, which is the normal case of an Ingress whose target annotation is its own host.
 *
 * @param name - the name in canonical spelling
 * @param records - its address and CNAME records
 * @param settings - the cluster's settings
 * @param find - looks up the records of another name
 * @returns IPv4 first, each family in text order, no address twice; empty when nothing usable is left
 */
export function addressesOf(
  name: string,
  records: readonly TargetRecord[],
  settings: ClusterSettings,
  find: FindRecords,
): readonly Address[] {
  if (settings.targets === "cluster") return settings.clusterIPs;
  const found = new Set<Address>();
  const seen = new Set<string>();
  const follow = (followed: string, itsRecords: readonly TargetRecord[] | undefined): void => {
    if (itsRecords === undefined || seen.has(followed) || seen.size >= mostFollowed) {
      for (const address of settings.clusterIPs) found.add(address);
      return;
    }
    seen.add(followed);
    for (const target of itsRecords.flatMap((record) => record.targets)) {
      const kind = targetKind(target);
      const address = parseAddress(target);
      if (kind === "usable" && address !== undefined) found.add(address);
      if (kind === "name") follow(canonicalName(target), find(canonicalName(target)));
    }
  };
  follow(name, records);
  return [...found].toSorted(compareAddresses);
}

function compareAddresses(left: Address, right: Address): number {
  return familyOf(left).localeCompare(familyOf(right)) || (left < right ? -1 : 1);
}
