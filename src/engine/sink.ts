/** What a sink is: something that shows the view, such as the hosts file. */
import type { Position } from "../records/position.ts";
import type { View } from "../records/view.ts";
import type { Trouble } from "../base/trouble.ts";

/** Something of the view that a sink cannot show. */
export interface Refused {
  readonly name: string;
  /** The record type that is refused, as in `TXT`; undefined where it is the name with its addresses. */
  readonly type?: string | undefined;
  /** Stable, with an entry in docs/troubleshooting.md, as in `wildcard`. */
  readonly reason: string;
  /** The reason as a sentence, which says what to do where something can be done. */
  readonly sentence: string;
  /** Whether other records of the same name and type are shown. */
  readonly isPart?: boolean | undefined;
  /** Whether the sink shows nothing at all now, so that the reason of another sink says more. */
  readonly isClosed?: boolean | undefined;
  /** The user's own line that defines the name, where that is the reason. */
  readonly line?: { readonly number: number; readonly text: string } | undefined;
}

/** The lines that came and went. */
export interface LineDiff {
  /** Whole lines without line end, as in `192.168.122.167 foo.dtk.io`. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What a sink did with the view. `notices` are what a user should know although the sink shows the view. */
export type SinkReport =
  | {
      readonly ok: true;
      /** `unchanged` when there was nothing to do, else how it was written, in the sink's own word. */
      readonly method: string;
      readonly diff: LineDiff;
      /** What of the view it does not show. */
      readonly refused: readonly Refused[];
      readonly notices: readonly Trouble[];
      /** Set when others had changed what it showed, and it was put back. */
      readonly isRepaired?: boolean;
      /** How far the store had come by what is shown, where it outlives this process and says so. */
      readonly position?: Position | undefined;
    }
  | {
      readonly ok: false;
      readonly trouble: Trouble;
      /** What was thrown, for a bug. */
      readonly cause?: unknown;
    };

/** How a sink is told from others, by programs and by people. */
export interface SinkIdentity {
  /** The key of its reports and the name of its folder in the state folder, as in `hosts-file`. No two sinks share one. */
  readonly id: string;
  /** What it is called within a sentence, as in `hosts file`. No two sinks share one. */
  readonly title: string;
  /** The file that it writes, if it writes one. */
  readonly path?: string | undefined;
}

export interface Sink extends SinkIdentity, AsyncDisposable {
  /** Whether it writes nothing. It then shows a view before those that do, so that it waits for no disk. */
  readonly isInMemory?: boolean;
  /** Shows the view. Never throws for trouble with the outside world, so what it throws is a bug. Calls never overlap. */
  apply(view: View): Promise<SinkReport>;
}
