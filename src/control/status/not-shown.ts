/** What no sink shows, and what is listed although no sink shows it. */
import { type Shown, findShown } from "../../engine/shown.ts";
import type { ReconcilerState } from "../../engine/reconciler-port.ts";
import type { Refused } from "../../engine/sink.ts";
import { findEntry } from "../../records/view-entries.ts";
import type { NotShown, View, ViewEntry } from "../../records/view.ts";

/**
 * Everything that no sink shows, whatever the reason; without the names in the user's own lines, which are the conflicts
 * of a sink.
 */
export function findNotShown(view: View, { refused }: Shown): readonly (NotShown | Refused)[] {
  return refused.length === 0 ? view.notShown : [...view.notShown, ...refused.filter(({ line }) => line === undefined)];
}

/** The cluster that wants what is not shown, and why it is not. */
export function reasonOf(entry: NotShown | Refused, view: View): { readonly cluster: string; readonly reason: string } {
  const cluster = "cluster" in entry ? entry.cluster : findEntry(view, entry.name)?.cluster;
  return { cluster: cluster ?? "", reason: entry.reason };
}

/**
 * The names that other programs may want: those that are shown, and those that the user's own lines keep from it here.
 *
 * @returns the names, and the ids of the sinks that show each
 */
export function findListed({ view, reports }: Pick<ReconcilerState, "view" | "reports">): {
  readonly entries: readonly ViewEntry[];
  readonly sinksOf: Shown["sinksOf"];
} {
  const { entries, sinksOf, refused } = findShown(view, reports);
  const owned = new Set(refused.filter(({ line }) => line !== undefined).map(({ name }) => name));
  if (owned.size === 0) return { entries, sinksOf };
  const shown = new Set(entries);
  return { entries: view.entries.filter((entry) => shown.has(entry) || owned.has(entry.name)), sinksOf };
}

/** Whole, where the status has the first of each. */
export interface EveryReason {
  readonly notShown: readonly { readonly cluster: string; readonly reason: string }[];
  /** What each sink refused; `sink` is its title. */
  readonly refused: readonly { readonly sink: string; readonly reason: string }[];
}

/** Collects each reason, for counting; `shown` is of the same state. */
export function collectReasons({ view, reports, sinks }: ReconcilerState, shown: Shown): EveryReason {
  const refused = sinks.flatMap(({ id, title }) => {
    const report = reports.get(id);
    return report?.ok === true ? report.refused.map(({ reason }) => ({ sink: title, reason })) : [];
  });
  const notShown = findNotShown(view, shown);
  return { notShown: notShown.map((entry) => reasonOf(entry, view)), refused };
}
