/** What the rest of the product sees of those that follow teams: how far each is, for status and metrics. */
import type { Trouble } from "../base/trouble.ts";
import type { TeamName } from "../records/team-name.ts";

export type TeamState =
  /** No answer yet since the start. */
  | "connecting"
  | "live"
  | "unreachable"
  /** What answers is not the store whose names are shown. */
  | "other-store"
  /** The user took the previous list back. */
  | "held";

/** Why everything was listed. */
export type RelistReason = "first" | "compacted" | "other-cluster" | "older" | "restored";

export interface TeamFacts {
  readonly team: TeamName;
  readonly state: TeamState;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Whether it was live before it came to be as it is. */
  readonly wasLive: boolean;
  /** Why it is not live. */
  readonly trouble: Trouble | undefined;
  /** Lists since the start. */
  readonly relists: Readonly<Partial<Record<RelistReason, number>>>;
}

/** Those that follow teams. */
export interface TeamFollowers {
  readonly facts: () => readonly TeamFacts[];
}
