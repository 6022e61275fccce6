/** What the keys of one name say: its addresses and records, and what of them the team may not say. */
import { type Address, parseAddress } from "../../../records/address.ts";
import { canonicalName } from "../../../records/name.ts";
import type { TeamEntry } from "../../../records/team.ts";
import type { TeamRefusal } from "../../../records/team-refusal.ts";
import { sortAddresses } from "../../../records/target.ts";
import type { RecordSet } from "../../../records/view.ts";
import { isOwnershipText } from "../../../records/view-record.ts";
import type { TeamRules } from "./rules.ts";
import type { SkyDNSValue } from "./value.ts";

/** A value with its place. */
export interface PlacedValue {
  readonly value: SkyDNSValue;
  /** Whether its key is the name's own, without a label more. */
  readonly isExact: boolean;
}

/** Names of a chain of aliases that are followed, the first one included. */
const longestChain = 8;

/** Seconds that a TTL can say (RFC 2181 section 8). */
const mostTTL = 2 ** 31 - 1;

/**
 * Works out what a name shows.
 *
 * @param name - of the team, which `rules` allow
 * @param find - the values of a name of the team
 */
export function projectName(name: string, find: (name: string) => readonly PlacedValue[], rules: TeamRules): TeamEntry {
  const values = answering(find(name));
  const refused = new Set<TeamRefusal>();
  const addresses = new Set<Address>();
  follow(name, values, { find, rules, refused, addresses });
  const ttls = values.flatMap(({ ttl }) => ttlOf(ttl) ?? []);
  const texts = values.flatMap(({ text = "" }) => (text === "" || isOwnershipText(text) ? [] : [text]));
  const others: RecordSet[] =
    texts.length === 0 ? [] : [{ type: "TXT", targets: [...new Set(texts)].toSorted(), ttl: ttlOf(values[0]?.ttl) }];
  return {
    name,
    addresses: sortAddresses(addresses),
    others,
    ttl: ttls.length === 0 ? undefined : Math.min(...ttls),
    resource: values.find(({ resource }) => resource !== undefined)?.resource?.slice(0, 300),
    refused: [...refused].toSorted(),
  };
}

/** A key of the name's own is hidden as soon as anything lies below it (CoreDNS plugin/etcd/etcd.go `get`). */
function answering(placed: readonly PlacedValue[]): readonly SkyDNSValue[] {
  const below = placed.filter(({ isExact }) => !isExact);
  return (below.length > 0 ? below : placed).map(({ value }) => value);
}

interface Walk {
  readonly find: (name: string) => readonly PlacedValue[];
  readonly rules: TeamRules;
  readonly refused: Set<TeamRefusal>;
  readonly addresses: Set<Address>;
}

/**
 * A record that names itself says that the name exists and has nothing: ExternalDNS and guards write such ones.
 *
 * @param own - the values of the name itself
 */
function follow(name: string, own: readonly SkyDNSValue[], { find, rules, refused, addresses }: Walk): void {
  const seen = new Set([name]);
  let values = own;
  for (let depth = 0; depth < longestChain && values.length > 0; depth += 1) {
    const next: string[] = [];
    for (const { host = "" } of values) {
      if (host === "") continue;
      const address = parseAddress(host);
      const target = canonicalName(host);
      if (address !== undefined && rules.allows(address)) addresses.add(address);
      else if (address !== undefined) refused.add("team-outside-networks");
      else if (seen.has(target)) continue;
      else if (rules.refusalOf(target) !== undefined) refused.add("team-alias-outside");
      else next.push(target);
      if (address === undefined) seen.add(target);
    }
    values = next.flatMap((each) => answering(find(each)));
  }
}

/** The names that values lead to, whether or not there is anything. */
export function aliasesOf(placed: readonly PlacedValue[]): readonly string[] {
  return placed.flatMap(({ value: { host = "" } }) =>
    host === "" || parseAddress(host) !== undefined ? [] : [canonicalName(host)],
  );
}

function ttlOf(ttl: number | undefined): number | undefined {
  return ttl !== undefined && ttl > 0 && ttl <= mostTTL ? ttl : undefined;
}
