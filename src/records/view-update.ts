/** Brings a view up to date by looking at the changed names alone, so that one name among ten thousand costs as little as among ten. */
import { shownLimits } from "./limits.ts";
import { lineBytes } from "./view-bytes.ts";
import { placeOf } from "./view-entries.ts";
import { computeView } from "./compute-view.ts";
import type { View, ViewEntry, ViewInput } from "./view.ts";

/** The names that changed, and what is stored about them. */
interface ChangedNames extends ViewInput {
  /** Canonical names of the records that came, changed or went. */
  readonly names: ReadonlySet<string>;
}

/**
 * Computes what {@link computeView} would say of everything that is stored.
 *
 * @param before - the view before the change, of all that was stored then
 * @param change - every cluster, with no other records than those of the changed names
 * @returns undefined when names depend on each other, and everything must be looked at: where CNAMEs are followed, where
 *   a name may be spelled in two ways, and where not all names have room
 */
export function updateView(before: View, change: ChangedNames): View | undefined {
  const clusters = [...change.clusters];
  // What a team's names lead to was worked out already.
  if (clusters.some(({ settings, team }) => settings.targets === "record" && team === undefined)) return undefined;
  if ([...change.names].some(isInternational)) return undefined;
  if (before.notShown.some(({ reason }) => reason === "block-full")) return undefined;
  if (change.names.size === 0) return before;
  const part = computeView({ ...change, clusters });
  const isUnchanged = (name: string): boolean => !change.names.has(name);
  const entries = replaceEntries(before.entries, change.names, part.entries);
  if (!hasRoom(entries)) return undefined;
  return {
    entries,
    notShown: [...before.notShown.filter(({ name }) => isUnchanged(name)), ...part.notShown],
    domains: part.domains,
    holders: new Map([...[...before.holders].filter(([name]) => isUnchanged(name)), ...part.holders]),
  };
}

/** U-labels and A-labels (RFC 5890): a name that is one with another spelling. */
export function isInternational(name: string): boolean {
  return name.includes("xn--") || /[^\x00-\x7f]/.test(name);
}

/** A name of 253 octets and an IPv6 address (RFC 5952), with the characters around them, twice. */
const maxBytesOfEntry = 2 * (253 + 39 + 2);

/** Whether no limit can be near: all names together take what one cluster may have. */
function hasRoom(entries: readonly ViewEntry[]): boolean {
  const limit = shownLimits.bytesPerCluster;
  if (entries.length * maxBytesOfEntry <= limit) return true;
  let bytes = 0;
  for (const { name, addresses } of entries) bytes += lineBytes(name, addresses);
  return bytes <= limit;
}

function replaceEntries(
  before: readonly ViewEntry[],
  names: ReadonlySet<string>,
  updated: readonly ViewEntry[],
): readonly ViewEntry[] {
  const entries = [...before];
  for (const name of names) {
    const place = placeOf(entries, name);
    if (entries[place]?.name === name) entries.splice(place, 1);
  }
  for (const entry of updated) entries.splice(placeOf(entries, entry.name), 0, entry);
  return entries;
}
