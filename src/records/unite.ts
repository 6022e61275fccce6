/** Unites the feeds of a cluster: a record that several of them have is one record to the view. */
import type { ViewRecord } from "./view-record.ts";

/**
 * Unites the records that several feeds have under one key: their targets together, and of the rest what came first.
 * Targets that are not in memory count for nothing as long as another feed has some.
 */
export function uniteRecords(records: readonly [ViewRecord, ...ViewRecord[]]): ViewRecord {
  const [only, ...others] = records;
  if (others.length === 0) return only;
  const { excess, ...first } = records.reduce((left, right) => (right.sequence < left.sequence ? right : left));
  const isExcess = records.every((record) => record.excess !== undefined);
  return {
    ...first,
    targets: [...new Set(records.flatMap(({ targets }) => targets))],
    ...(isExcess && excess !== undefined && { excess }),
  };
}
