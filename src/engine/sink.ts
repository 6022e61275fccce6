/** What a sink is: something that shows the view. The hosts file is the only one now; a DNS responder may come. */
import type { Position } from "../records/position.ts";
import type { View } from "../records/view.ts";
import type { Trouble } from "../base/trouble.ts";

/** A name that the sink does not show because the user's own line defines it. */
export interface SinkConflict {
  readonly name: string;
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
}

export interface SinkChange {
  /** Whole lines without line end, as in `192.168.122.167 foo.dtk.io`. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What a sink did with the view. `notices` are things a user should know that are no trouble. */
export type SinkReport =
  | {
      readonly ok: true;
      /** How the view was brought out: nothing to do, by rename, or in place. */
      readonly method: "unchanged" | "rename" | "in-place" | "memory";
      readonly change: SinkChange;
      readonly conflicts: readonly SinkConflict[];
      readonly notices: readonly Trouble[];
      /** How far the store had come by what is shown, where it outlives this process and says so. */
      readonly position?: Position | undefined;
    }
  | {
      readonly ok: false;
      readonly trouble: Trouble;
      /** What was thrown, for a bug. */
      readonly cause?: unknown;
    };

export interface Sink extends AsyncDisposable {
  readonly name: string;
  /** Shows the view. Never throws for trouble with the outside world, so what it throws is a bug. Calls never overlap. */
  apply(view: View): Promise<SinkReport>;
}
