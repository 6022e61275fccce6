/** Finds a name among the sorted entries of a view, without looking at each. */
import type { View, ViewEntry } from "./view.ts";

/** The entry of a name, if it is shown. */
export function findEntry({ entries }: View, name: string): ViewEntry | undefined {
  const entry = entries[placeOf(entries, name)];
  return entry?.name === name ? entry : undefined;
}

/** Where a name stands in sorted entries, or would stand. */
export function placeOf(entries: readonly ViewEntry[], name: string): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && entry.name < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
