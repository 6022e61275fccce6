/** Which names in the user's own lines a cluster could have, and which of a managed domain nobody has any more. */
import { type ManagedDomain, isManaged } from "./managed-domain.ts";
import type { View } from "./view.ts";
import { findEntry } from "./view-entries.ts";

export interface AdoptableNames {
  /** Whether a cluster has the name, in lower case. */
  readonly isWanted: (name: string) => boolean;
  /** Whether the name, in lower case, lies in a managed domain and no cluster asks for it. It never holds for this machine's own names. */
  readonly isStale: (name: string) => boolean;
}

/**
 * Sorts names.
 *
 * @param view - what the clusters have
 * @param known - the managed domains of all clusters, and this machine's own names
 */
export function adoptableNames(
  view: View,
  { domains, ownNames }: { readonly domains: ReadonlySet<ManagedDomain>; readonly ownNames: ReadonlySet<string> },
): AdoptableNames {
  const asked = new Set(view.notShown.map(({ name }) => name));
  const isWanted = (name: string): boolean => findEntry(view, name) !== undefined;
  const isOwn = (name: string): boolean => name === "localhost" || ownNames.has(name);
  return {
    isWanted,
    isStale: (name) => isManaged(name, domains) && !isWanted(name) && !asked.has(name) && !isOwn(name),
  };
}
