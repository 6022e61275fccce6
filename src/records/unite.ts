/** Unites the feeds of a cluster: a record that several of them have is one record to the view. */
import type { ViewRecord } from "./view-record.ts";

/** The records of one feed, by the text of their key. */
export type FeedRecords = ReadonlyMap<string, ViewRecord>;

/**
 * Unites the records of all feeds of a cluster.
 *
 * @param feeds - they must not change while the result is read
 * @returns each record once: those of the first feed in their order, then what only later ones have
 */
export function uniteFeeds(feeds: readonly FeedRecords[]): Iterable<ViewRecord> {
  const [first, ...others] = feeds.filter(({ size }) => size > 0);
  if (first === undefined) return [];
  return others.length === 0 ? first.values() : uniteMany([first, ...others]);
}

function* uniteMany(feeds: readonly FeedRecords[]): Generator<ViewRecord> {
  for (const [index, feed] of feeds.entries()) {
    const [before, after] = [feeds.slice(0, index), feeds.slice(index + 1)];
    for (const [key, record] of feed) {
      if (before.some((other) => other.has(key))) continue;
      yield uniteRecords([record, ...after.flatMap((other) => other.get(key) ?? [])]);
    }
  }
}

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
