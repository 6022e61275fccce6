/** What is answered to a question about the zones. */
import { type Keeping, type ServedSet, apexSets, setLength, setOf, setsOf } from "../../../records/zone-records.ts";
import type { Match, Zones } from "../../../records/zone.ts";
import { headerLength, rcodes, typeCodes, typeName } from "./protocol.ts";
import type { Question } from "./question.ts";
import { writeSet } from "./writer.ts";

/** An answer without header and question, which differ from one asker to another. */
export interface Answer {
  readonly rcode: number;
  /** Whether one of the zones says so (AA). */
  readonly isAuthoritative: boolean;
  /** What was asked for. */
  readonly set: ServedSet | undefined;
  /** Where in the question the name of the zone begins that says that there is nothing. */
  readonly zoneAt: number | undefined;
}

/** An answer that says nothing but its response code. */
export function bareAnswer(rcode: number): Answer {
  return { rcode, isAuthoritative: false, set: undefined, zoneAt: undefined };
}

const refused = bareAnswer(rcodes.refused);

/** What answers come from. */
export interface Knowledge extends Keeping {
  readonly zones: Zones;
  /** Of the zones; it grows when they change. */
  readonly serial: number;
  /** The SOA record as it is sent; all but the place of its name is the same in each zone. */
  readonly soa: Uint8Array;
}

/**
 * Makes what answers come from.
 *
 * @param serial - of the zones; it grows when they change
 */
export function knowledgeOf(zones: Zones, serial: number, keeping: Keeping = {}): Knowledge {
  const set = apexSets(serial).soa;
  const soa = new Uint8Array(setLength(set));
  writeSet(soa, 0, set, headerLength);
  return { zones, serial, soa, ...keeping };
}

/** Finds the answer to a question of the class of the Internet. */
export function findAnswer({ name, type }: Pick<Question, "name" | "type">, known: Knowledge): Answer {
  const isTransfer = type === typeCodes.AXFR || type === typeCodes.IXFR;
  const match = isTransfer ? undefined : known.zones.find(name);
  if (match === undefined) return refused;
  const set = type === typeCodes.ANY ? smallestSet(match, known) : setOf(match, typeName(type), known.serial, known);
  if (set !== undefined) return { rcode: rcodes.noError, isAuthoritative: true, set, zoneAt: undefined };
  const rcode = match.owner === undefined ? rcodes.nameError : rcodes.noError;
  // RFC 2308 sections 2.1 and 2.2: the SOA record says how long it may be remembered that there is nothing.
  const zoneAt = headerLength + name.length - match.zone.length;
  return { rcode, isAuthoritative: true, set: undefined, zoneAt };
}

/** A question for any type gets one set (RFC 8482 section 4.1). */
function smallestSet(match: Match, known: Knowledge): ServedSet | undefined {
  const [first, ...others] = setsOf(match, known.serial, known);
  return others.reduce(
    (least, set) => (least !== undefined && setLength(least) <= setLength(set) ? least : set),
    first,
  );
}
