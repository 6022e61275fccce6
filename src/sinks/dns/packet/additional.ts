/** The addresses of the names that an answer leads to, so that the asker need not ask again. */
import type { ALabelName } from "../../../records/name.ts";
import { type ServedSet, entrySet, setLength } from "../../../records/zone-records.ts";
import type { Knowledge } from "./answer.ts";

/** A set with its name, which is nowhere in the question. */
export interface AdditionalSet {
  readonly name: ALabelName;
  readonly set: ServedSet;
  /** Octets of all its records. */
  readonly length: number;
}

const none: readonly AdditionalSet[] = [];

/** Types whose records lead to a name with addresses (RFC 2782, RFC 1035 section 3.3.9). */
const leadingTypes: ReadonlySet<string> = new Set(["MX", "SRV"]);

/**
 * Finds the sets of addresses that go with an answer.
 *
 * @param room - octets that they may have; what has no room is left out, and the answer is whole all the same (RFC 2181 section 9)
 */
export function findAdditional({ type, records }: ServedSet, known: Knowledge, room: number): readonly AdditionalSet[] {
  if (!leadingTypes.has(type)) return none;
  const found: AdditionalSet[] = [];
  let left = room;
  for (const name of targetsOf(records)) {
    const entry = known.zones.find(name)?.entry;
    if (entry === undefined) continue;
    for (const family of ["A", "AAAA"]) {
      const set = entrySet(entry, family, known);
      if (set === undefined) continue;
      const length = setLength(set, wireLength(name));
      if (length > left) return found;
      left -= length;
      found.push({ name, set, length });
    }
  }
  return found;
}

/** The names that records lead to, each once; the root means that there is none. */
function targetsOf(records: ServedSet["records"]): ReadonlySet<ALabelName> {
  const fields = records.map((data) => data.at(-1));
  return new Set(fields.flatMap((field) => (field?.kind === "name" && field.name !== "" ? [field.name] : [])));
}

/** Octets of a name with its length octets. */
function wireLength(name: ALabelName): number {
  return name.length + 2;
}
