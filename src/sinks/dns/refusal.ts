/** What the responder does not show: types that it does not serve, and data that DNS cannot carry. */
import { shorten } from "../../base/printable.ts";
import type { Refused } from "../../engine/sink.ts";
import { readRecordSet } from "../../records/record-data.ts";
import type { RecordSet, ViewEntry } from "../../records/view.ts";
import { fits } from "../../records/zone-records.ts";

/** Why the responder does not show something of the view. */
export type ResponderReason = "record-type" | "record-data" | "responder-closed";

/** What was found of a set, which stays the same as long as the set does. */
const known = new WeakMap<RecordSet, readonly Omit<Refused, "name">[]>();

/** What of an entry is not shown. */
export function refusalsOf({ name, others }: ViewEntry): readonly Refused[] {
  return others.flatMap((set) => {
    const found = known.get(set) ?? findRefusals(name, set);
    known.set(set, found);
    return found.map((refusal) => ({ ...refusal, name }));
  });
}

/** Everything, while no socket is open. */
export function refuseAll(entries: readonly ViewEntry[]): readonly Refused[] {
  const reason: ResponderReason = "responder-closed";
  return entries.flatMap(({ name, addresses, others }) => {
    const sentence = `${shorten(name)} is not served: the responder has no open socket.`;
    const types = [...(addresses.length > 0 ? [undefined] : []), ...others.map(({ type }) => type)];
    return types.map((type) => ({ name, type, reason, sentence, isClosed: true }));
  });
}

function findRefusals(name: string, set: RecordSet): readonly Omit<Refused, "name">[] {
  const type = shorten(set.type);
  const refuse = (reason: ResponderReason, why: string, isPart = false): Omit<Refused, "name"> => ({
    type: set.type,
    reason,
    sentence: `${shorten(name)} is not served as ${type}: ${why}`,
    ...(isPart && { isPart }),
  });
  const read = readRecordSet(set);
  if (read === undefined) return [refuse("record-type", whyNot(set.type))];
  if (!fits(read)) return [refuse("record-data", "its records are too large for one answer.")];
  const isPart = read.records.length > 0;
  return read.unreadable.map((target) =>
    refuse("record-data", `${JSON.stringify(shorten(target))} is not data of this type.`, isPart),
  );
}

function whyNot(type: string): string {
  if (type === "NS") return "the responder delegates no names.";
  if (type === "DNAME") return "the responder redirects no names.";
  return "the responder knows A, AAAA, CNAME, MX, NAPTR, PTR, SRV and TXT records alone.";
}
