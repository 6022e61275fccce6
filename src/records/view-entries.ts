/** Finds a name among the sorted entries of a view, without looking at each. */
import type { View, ViewEntry } from "./view.ts";

/** The entry of a name, if it is shown. */
export function findEntry({ entries }: View, name: string): ViewEntry | undefined {
  const entry = entries[placeOf(entries, name)];
  return entry?.name === name ? entry : undefined;
}

/** The place of the first of sorted entries whose name is this one or comes after it. */
export function placeOf(entries: readonly { readonly name: string }[], name: string): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && entry.name < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
