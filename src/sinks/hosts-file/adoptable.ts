/** Which names in the user's own lines a cluster could have, and which of a managed domain nobody has any more. */
import { type ManagedDomain, isManaged } from "../../records/managed-domain.ts";
import type { View } from "../../records/view.ts";
import { isHoldable } from "./document/refusal.ts";
import { findEntry } from "../../records/view-entries.ts";

export interface AdoptableNames {
  /** Whether a cluster has the name, in lower case, and the block can hold it. */
  readonly isWanted: (name: string) => boolean;
  /**
   * Whether the name, in lower case, lies in a managed domain and no cluster asks for it. It never holds for this
   * machine's own names, nor before each cluster that could ask for it has been heard of.
   */
  readonly isStale: (name: string) => boolean;
}

interface AdoptionKnowledge {
  readonly view: View;
  /** Managed domains of clusters that have been heard of. */
  readonly domains: ReadonlySet<ManagedDomain>;
  /** Managed domains of clusters that have not: what they will ask for is not known yet. */
  readonly silentDomains: ReadonlySet<ManagedDomain>;
  /** This machine's own names, lower case. */
  readonly ownNames: ReadonlySet<string>;
}

/** Sorts names. */
export function adoptableNames({ view, domains, silentDomains, ownNames }: AdoptionKnowledge): AdoptableNames {
  const refused = new Set(view.notShown.map(({ name }) => name));
  const isAsked = (name: string): boolean => findEntry(view, name) !== undefined || refused.has(name);
  const isWanted = (name: string): boolean => {
    const entry = findEntry(view, name);
    return entry !== undefined && isHoldable(entry);
  };
  const isOwn = (name: string): boolean => name === "localhost" || ownNames.has(name);
  const isForgotten = (name: string): boolean => isManaged(name, domains) && !isManaged(name, silentDomains);
  return { isWanted, isStale: (name) => isForgotten(name) && !isAsked(name) && !isOwn(name) };
}
