/** Which sinks show what of the view, by their own reports. What one refuses counts as shown if another shows it. */
import type { View, ViewEntry } from "../records/view.ts";
import type { Refused, SinkReport } from "./sink.ts";

export interface Shown {
  /** The entries that at least one sink shows, wholly or in part, sorted by name. */
  readonly entries: readonly ViewEntry[];
  /** Ids of the sinks that show something of an entry. */
  readonly sinksOf: (entry: ViewEntry) => readonly string[];
  /** Number of entries that a sink shows, by its id. */
  readonly countOf: (id: string) => number;
  /** What no sink shows, since each sink refused it. */
  readonly refused: readonly Refused[];
}

/**
 * Works out what is shown. Sinks that failed have no say, since nobody knows what they show. If all failed, everything
 * counts as shown: what was shown before still is.
 *
 * @param reports - the last report of each sink by its id
 */
export function findShown(view: View, reports: ReadonlyMap<string, SinkReport>): Shown {
  const known = [...reports].flatMap(([id, report]) => (report.ok ? [new Showing(id, report.refused)] : []));
  const isComplete = known.length === 0 || known.some(({ refused }) => refused.length === 0);
  const isShown = (entry: ViewEntry): boolean => known.some((sink) => sink.shows(entry));
  return {
    entries: isComplete ? view.entries : view.entries.filter(isShown),
    sinksOf: (entry) => known.filter((sink) => sink.shows(entry)).map(({ id }) => id),
    countOf: (id) => known.find((sink) => sink.id === id)?.count(view.entries) ?? 0,
    refused: isComplete ? [] : refusedByAll(known),
  };
}

/** Names that a sink cannot hold. One that the user's own lines define resolves by these, so it counts as held. */
export function namesBeyond(report: SinkReport | undefined): readonly string[] {
  const refused = report?.ok === true ? report.refused.filter(({ reason }) => reason !== "name-is-yours") : [];
  return [...new Set(refused.map(({ name }) => name))];
}

/** What one sink shows. */
class Showing {
  readonly id: string;
  readonly refused: readonly Refused[];
  readonly #keys: ReadonlySet<string>;

  constructor(id: string, refused: readonly Refused[]) {
    this.id = id;
    this.refused = refused;
    this.#keys = new Set(refused.filter(({ isPart }) => isPart !== true).map(keyOf));
  }

  refuses(refused: { readonly name: string; readonly type?: string | undefined }): boolean {
    return this.#keys.has(keyOf(refused));
  }

  count(entries: readonly ViewEntry[]): number {
    return this.#keys.size === 0 ? entries.length : entries.filter((entry) => this.shows(entry)).length;
  }

  shows({ name, addresses, others }: ViewEntry): boolean {
    if (this.#keys.size === 0) return true;
    if (addresses.length > 0 && !this.refuses({ name })) return true;
    return others.some(({ type }) => !this.refuses({ name, type }));
  }
}

function keyOf({ name, type = "" }: { readonly name: string; readonly type?: string | undefined }): string {
  return `${name} ${type}`;
}

function refusedByAll(known: readonly Showing[]): readonly Refused[] {
  const isClosed = (sink: Showing): boolean => sink.refused.some((refused) => refused.isClosed === true);
  const [first, ...others] = [...known.filter((sink) => !isClosed(sink)), ...known.filter(isClosed)];
  return (
    first?.refused.filter((refused) => first.refuses(refused) && others.every((sink) => sink.refuses(refused))) ?? []
  );
}
