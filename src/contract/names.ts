/** The shape of `GET /names`: every name that is shown; one home for its writer and its readers. */
import * as z from "zod/mini";
import { printableJSON } from "../base/printable.ts";
import { type Steps, forEachInSteps } from "../base/steps.ts";
import type { RecordSet, ViewEntry } from "../records/view.ts";

export const namesSchema = z.object({
  names: z.array(
    z.object({
      name: z.string(),
      addresses: z.array(z.string()),
      cluster: z.string(),
      /** The team whose name it is; absent for a name of a cluster. */
      team: z.optional(z.string()),
      /** What the name came from, as in `ingress/default/test`. */
      resource: z.nullable(z.string()),
      /** Ids of the sinks that show it; none where your own line in the hosts file has it. Absent in 0.1.0. */
      sinks: z.optional(z.array(z.string())),
      /** Its records beside addresses; absent where it has none. */
      records: z.optional(z.array(z.object({ type: z.string(), targets: z.array(z.string()) }))),
    }),
  ),
});

export type Names = z.infer<typeof namesSchema>;

/** A name as it is written: what {@link namesSchema} reads. */
interface WrittenName {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly cluster: string;
  readonly team?: string;
  readonly resource: string | null;
  readonly sinks: readonly string[];
  readonly records?: ReturnType<typeof describeRecords>;
}

/**
 * Writes names as JSON, in steps: with very many names it takes long.
 *
 * @param entries - what is shown
 * @param sinksOf - ids of the sinks that show an entry
 * @returns the text of {@link Names}, in which no character is hidden
 */
export function* namesJSONInSteps(
  entries: readonly ViewEntry[],
  sinksOf: (entry: ViewEntry) => readonly string[],
): Steps<string> {
  const names: string[] = [];
  yield* forEachInSteps(entries, (entry) => {
    names.push(printableJSON(toName(entry, sinksOf(entry))));
  });
  return `{"names":[${names.join(",")}]}`;
}

function toName(entry: ViewEntry, sinks: readonly string[]): WrittenName {
  const { name, addresses, cluster, team, resource = null, others } = entry;
  const named = { name, addresses, cluster, ...(team !== undefined && { team }), resource, sinks };
  return others.length === 0 ? named : { ...named, records: describeRecords(others) };
}

/** Records beside addresses as others see them. */
export function describeRecords(others: readonly RecordSet[]): { type: string; targets: string[] }[] {
  return others.map(({ type, targets }) => ({ type, targets: [...targets] }));
}
