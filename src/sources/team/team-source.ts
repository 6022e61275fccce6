/** What the follower asks of a team's store, whatever that is: the port of this source. */
import type { Trouble } from "../../base/trouble.ts";
import type { TeamWritings } from "../../contract/writing.ts";
import type { TeamPosition } from "../../engine/teams.ts";
import type { TeamRow } from "../../records/team.ts";
import type { KeyChange } from "./skydns/team-model.ts";

/** How a list ended. */
export type TeamList =
  | { readonly ok: true; readonly position: TeamPosition }
  | { readonly ok: false; readonly trouble: Trouble };

/** What the store says of who wrote a name. */
export type TeamWritingsAnswer =
  | { readonly ok: true; readonly found: Omit<TeamWritings, "team"> }
  | { readonly ok: false; readonly trouble: Trouble };

export type TeamNews =
  /** The store answers, and everything that comes after the position will be told. */
  | { readonly kind: "live" }
  /** What happened up to a position, in order. */
  | { readonly kind: "changes"; readonly position: TeamPosition; readonly changes: readonly KeyChange[] }
  /** Nothing more happened up to a position. */
  | { readonly kind: "bookmark"; readonly position: TeamPosition }
  /** The position means nothing to this store, or not any more: everything must be listed again. */
  | { readonly kind: "gone"; readonly reason: "compacted" | "other-cluster" | "older" }
  /** It does not answer, or says no. Follow again from the last position. */
  | { readonly kind: "broken"; readonly trouble: Trouble };

/** Nothing here throws for trouble with the store. */
export interface TeamSource extends Disposable {
  /**
   * Lists every key of the team's domains, all at one position.
   *
   * @param take - gets the keys, page by page; they are void when the list fails
   */
  list(take: (page: readonly KeyChange[]) => void, signal: AbortSignal): Promise<TeamList>;
  /**
   * Finds out who wrote a name, as far as the store records it.
   *
   * @param row - the name, with its keys as they are known
   */
  writings(row: TeamRow): Promise<TeamWritingsAnswer>;
  /** Tells what happens after a position. After `gone` and `broken` nothing more comes. */
  follow(from: TeamPosition, signal: AbortSignal): AsyncGenerator<TeamNews, void>;
  /** Opens its connections anew from the next call on: those that are open may be dead. */
  renew(): void;
}
