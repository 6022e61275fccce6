/** Which records a name of a zone has, as they are served and exported. */
import { type Address, familyOf } from "./address.ts";
import type { ALabelName } from "./name.ts";
import { type RecordData, dataLength, readRecordSet } from "./record-data.ts";
import type { RecordSet, ViewEntry } from "./view.ts";
import type { Match } from "./zone.ts";

/** The records of one type that a name has. */
export interface ServedSet {
  /** As in `A`. */
  readonly type: string;
  readonly records: readonly RecordData[];
  /** Seconds that it may be kept. */
  readonly ttl: number;
}

/** Seconds that an answer may be kept, found or not: names change with every Ingress, and the responder is near. */
export const usualTTL = 1;

/** Seconds that a set may be kept. */
export interface Keeping {
  /** At most; below that, what the record says. The usual unless given. */
  readonly mostTTL?: number | undefined;
}

/** Octets of a record beside its name and its data: type, class, TTL and length (RFC 1035 section 4.1.3). */
const fixedLength = 10;

/** Octets that the records of a set may have: an answer over TCP has 65,535, with header, question and OPT record. */
const maxSetLength = 65_000;

/** Octets of an owner that points to the question. */
export const pointerLength = 2;

/** Whose server this is, as in the empty zones of other servers: names that no user of the zone has. */
const serverName = "localhost" as ALabelName;
const responsible = "nobody.invalid" as ALabelName;

/** Seconds between looks of secondary servers (refresh, retry, expire), of which there are none. */
const secondaryTimes = [3600, 600, 86_400] as const;

/**
 * The records that every zone has at its apex (RFC 1035 section 3.3.13).
 *
 * @param serial - grows when the zones change
 */
export function apexSets(serial: number): { readonly soa: ServedSet; readonly ns: ServedSet } {
  const names = [serverName, responsible].map((name) => ({ kind: "name", name }) as const);
  const longs = [serial, ...secondaryTimes, usualTTL].map((value) => ({ kind: "long", value }) as const);
  return {
    soa: { type: "SOA", records: [[...names, ...longs]], ttl: usualTTL },
    ns: { type: "NS", records: [names.slice(0, 1)], ttl: usualTTL },
  };
}

/** Every set that the node of a match has. */
export function setsOf(match: Match, serial: number, keeping: Keeping = {}): readonly ServedSet[] {
  const types = new Set(["SOA", "NS", "A", "AAAA", ...(match.entry?.others ?? []).map(({ type }) => type)]);
  return [...types].flatMap((type) => setOf(match, type, serial, keeping) ?? []);
}

/** The set of one type that the node of a match has, if it can be served. */
export function setOf(
  { zone, owner, entry }: Match,
  type: string,
  serial: number,
  keeping: Keeping = {},
): ServedSet | undefined {
  if (owner === zone && type === "SOA") return apexSets(serial).soa;
  if (owner === zone && type === "NS") return apexSets(serial).ns;
  return entry === undefined ? undefined : entrySet(entry, type, keeping);
}

/** The set of one type that an entry has, if it can be served. */
export function entrySet(
  { addresses, others, ttl: asked }: ViewEntry,
  type: string,
  { mostTTL = usualTTL }: Keeping = {},
): ServedSet | undefined {
  const isAddress = type === "A" || type === "AAAA";
  const other = isAddress ? undefined : others.find((set) => set.type === type);
  const records = isAddress ? addressRecords(addresses, type) : other === undefined ? [] : recordsOf(other);
  const ttl = isAddress ? asked : other?.ttl;
  return records.length === 0 ? undefined : { type, records, ttl: Math.min(ttl ?? usualTTL, mostTTL) };
}

function addressRecords(addresses: readonly Address[], type: "A" | "AAAA"): readonly RecordData[] {
  const family = type === "A" ? "IPv4" : "IPv6";
  return addresses.filter((address) => familyOf(address) === family).map((address) => [{ kind: "address", address }]);
}

/** What was read of a set, which stays the same as long as the set does: reading takes longer than all the rest of an answer. */
const known = new WeakMap<RecordSet, readonly RecordData[]>();

function recordsOf(set: RecordSet): readonly RecordData[] {
  const found = known.get(set) ?? readable(set);
  known.set(set, found);
  return found;
}

function readable(set: RecordSet): readonly RecordData[] {
  const records = readRecordSet(set)?.records ?? [];
  return fits({ records }) ? records : [];
}

/** Whether a set can be sent as a whole, which is the only way in which it may be (RFC 2181 section 5). */
export function fits(set: Pick<ServedSet, "records">): boolean {
  return setLength(set) <= maxSetLength;
}

/**
 * Octets of a set in an answer.
 *
 * @param owner - octets of the name in each of its records
 */
export function setLength({ records }: Pick<ServedSet, "records">, owner = pointerLength): number {
  return records.reduce((length, data) => length + owner + fixedLength + dataLength(data), 0);
}
