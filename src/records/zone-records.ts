/** Which records a name of a zone has, as they are served and exported. */
import { type Address, familyOf } from "./address.ts";
import type { ALabelName } from "./name.ts";
import { type RecordData, dataLength, readRecordSet } from "./record-data.ts";
import type { ViewEntry } from "./view.ts";
import type { Match } from "./zone.ts";

/** The records of one type that a name has. */
export interface ServedSet {
  /** As in `A`. */
  readonly type: string;
  readonly records: readonly RecordData[];
}

/** Seconds that an answer may be kept, found or not: names change with every Ingress, and the responder is near. */
export const recordTTL = 1;

/** Octets of a record beside its name and its data: type, class, TTL and length (RFC 1035 section 4.1.3). */
export const fixedLength = 10;

/** Octets that the records of a set may have: an answer over TCP has 65,535, with header, question and OPT record. */
const maxSetLength = 65_000;

/** Octets of an owner that points to the question. */
const pointerLength = 2;

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
  const longs = [serial, ...secondaryTimes, recordTTL].map((value) => ({ kind: "long", value }) as const);
  return {
    soa: { type: "SOA", records: [[...names, ...longs]] },
    ns: { type: "NS", records: [names.slice(0, 1)] },
  };
}

/** Every set that the node of a match has. */
export function setsOf({ zone, owner, entry }: Match, serial: number): readonly ServedSet[] {
  const { soa, ns } = apexSets(serial);
  const ofApex = owner === zone ? [soa, ns] : [];
  return entry === undefined ? ofApex : [...ofApex, ...entrySets(entry)];
}

/** Every set of an entry that can be served. */
export function entrySets({ addresses, others }: ViewEntry): readonly ServedSet[] {
  const ofAddresses = [
    { type: "A", records: addresses.filter(isIPv4).map(addressData) },
    { type: "AAAA", records: addresses.filter((address) => !isIPv4(address)).map(addressData) },
  ];
  const ofOthers = others.map((set) => ({ type: set.type, records: readRecordSet(set)?.records ?? [] }));
  return [...ofAddresses, ...ofOthers.filter(fits)].filter(({ records }) => records.length > 0);
}

/** Whether a set can be sent as a whole, which is the only way in which it may be (RFC 2181 section 5). */
export function fits(set: Pick<ServedSet, "records">): boolean {
  return setLength(set) <= maxSetLength;
}

/** Octets of a set in an answer. */
export function setLength({ records }: Pick<ServedSet, "records">): number {
  return records.reduce((length, data) => length + pointerLength + fixedLength + dataLength(data), 0);
}

function isIPv4(address: Address): boolean {
  return familyOf(address) === "IPv4";
}

function addressData(address: Address): RecordData {
  return [{ kind: "address", address }];
}
