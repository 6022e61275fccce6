/** Picks from the view what the hosts file can hold. Of ten thousand entries it looks only at those that changed. */
import type { Refused } from "../../../engine/sink.ts";
import { placeOf } from "../../../records/view-entries.ts";
import type { ViewEntry } from "../../../records/view.ts";
import { commonEnd, commonStart } from "./common.ts";
import { isHoldable, refusalsOf } from "./refusal.ts";

export interface Selection {
  /** The entries that the hosts file can hold, in their order. */
  readonly wanted: readonly ViewEntry[];
  /** What it cannot, in the same order. */
  readonly refused: readonly Refused[];
}

/** Picks from entries that are sorted by name. */
export function selectHostEntries(entries: readonly ViewEntry[]): Selection {
  const refused = entries.flatMap((entry) => (isWhole(entry) ? [] : refusalsOf(entry)));
  return { wanted: refused.length === 0 ? entries : entries.filter(isHoldable), refused };
}

/** Almost every entry is. */
function isWhole(entry: ViewEntry): boolean {
  return isHoldable(entry) && entry.others.length === 0;
}

/** Picks from one view after the other. */
export class HostEntrySelector {
  #entries: readonly ViewEntry[] = [];
  #selection: Selection = { wanted: [], refused: [] };

  /**
   * Does what {@link selectHostEntries} does.
   *
   * @param entries - an entry that is the same object as in the call before must not have changed
   */
  select(entries: readonly ViewEntry[]): Selection {
    const start = commonStart(this.#entries, entries);
    const end = entries.length - commonEnd(this.#entries, entries, start);
    const changed = selectHostEntries(entries.slice(start, end));
    const span = { after: entries[start - 1]?.name, before: entries[end]?.name };
    const refused = replace(this.#selection.refused, span, changed.refused);
    const wanted = refused.length === 0 ? entries : replace(this.#selection.wanted, span, changed.wanted);
    this.#entries = entries;
    this.#selection = { wanted, refused };
    return this.#selection;
  }
}

/** Names between two others, which are not among them; without one of them, up to that end. */
interface Span {
  readonly after: string | undefined;
  readonly before: string | undefined;
}

function replace<Item extends { readonly name: string }>(
  items: readonly Item[],
  { after, before }: Span,
  fresh: readonly Item[],
): readonly Item[] {
  if (items.length === 0) return fresh;
  // No name sorts between a name and the name with the lowest character behind it.
  const start = after === undefined ? 0 : placeOf(items, `${after}\0`);
  const end = before === undefined ? items.length : placeOf(items, before);
  return [...items.slice(0, start), ...fresh, ...items.slice(end)];
}
