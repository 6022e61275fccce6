/** What is answered to a question about the zones, as sections ready to be sent. */
import { type ServedSet, apexSets, setLength, setsOf } from "../../../records/zone-records.ts";
import type { Match, Zones } from "../../../records/zone.ts";
import { headerLength, rcodes, typeCodes, typeName } from "./protocol.ts";
import type { Question } from "./question.ts";
import { writeSet } from "./writer.ts";

/** An answer without header and question, which differ from one asker to another. */
export interface Answer {
  readonly rcode: number;
  /** Whether one of the zones says so (AA). */
  readonly isAuthoritative: boolean;
  /** Records in the answer section. */
  readonly answers: number;
  /** Records in the authority section. */
  readonly authorities: number;
  /** Both sections. Their names point into the question, which begins right after the header. */
  readonly sections: Uint8Array;
}

/** An answer that says nothing but its response code. */
export function bareAnswer(rcode: number): Answer {
  return { rcode, isAuthoritative: false, answers: 0, authorities: 0, sections: nothing };
}

const nothing = new Uint8Array();

/**
 * Finds the answer to a question of the class of the Internet.
 *
 * @param serial - of the zones
 */
export function findAnswer({ name, type }: Pick<Question, "name" | "type">, zones: Zones, serial: number): Answer {
  const isTransfer = type === typeCodes.AXFR || type === typeCodes.IXFR;
  const match = isTransfer ? undefined : zones.find(name);
  if (match === undefined) return bareAnswer(rcodes.refused);
  const set = chooseSet(match, type, serial);
  if (set !== undefined) {
    const { length } = set.records;
    const sections = writeSet(set, headerLength);
    return { rcode: rcodes.noError, isAuthoritative: true, answers: length, authorities: 0, sections };
  }
  // RFC 2308 sections 2.1 and 2.2: the SOA record says how long it may be remembered that there is nothing.
  const sections = writeSet(apexSets(serial).soa, headerLength + name.length - match.zone.length);
  const rcode = match.owner === undefined ? rcodes.nameError : rcodes.noError;
  return { rcode, isAuthoritative: true, answers: 0, authorities: 1, sections };
}

/** A question for any type gets the smallest set (RFC 8482 section 4.1). */
function chooseSet(match: Match, type: number, serial: number): ServedSet | undefined {
  const sets = setsOf(match, serial);
  if (type !== typeCodes.ANY) return sets.find((set) => set.type === typeName(type));
  const [first, ...others] = sets;
  return others.reduce(
    (least, set) => (least !== undefined && setLength(least) <= setLength(set) ? least : set),
    first,
  );
}
