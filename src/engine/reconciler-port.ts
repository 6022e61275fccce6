/** What the rest of the product sees of the reconciler, and what the reconciler tells it. */
import type { Trouble } from "../base/trouble.ts";
import type { Steps } from "../base/steps.ts";
import type { View } from "../records/view.ts";
import type { LastWrite } from "./sink-reports.ts";
import type { SinkIdentity, SinkReport } from "./sink.ts";
import type { Memory } from "./memory.ts";
import type { ReadableStore, Store } from "./store.ts";

/** How a change ended. `stored` with trouble means: kept, but a sink does not show it yet. */
export type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly stored: boolean; readonly trouble: Trouble };

export interface ReconcilerState {
  /** Whether the store can be used and every sink shows the current view. */
  readonly ready: boolean;
  readonly view: View;
  readonly sinks: readonly SinkIdentity[];
  /** The last report of each sink by its id. */
  readonly reports: ReadonlyMap<string, SinkReport>;
  /** When and how each sink was last written, by its id. */
  readonly lastWrites: ReadonlyMap<string, LastWrite>;
  /** Why the store cannot be used, if it cannot. */
  readonly storeTrouble: Trouble | undefined;
  /** Why nobody knows what to show, or could be told what was shown, if that is so: a bug. */
  readonly viewTrouble: Trouble | undefined;
  /** Milliseconds for which the sinks have been at work on the current view; 0 at rest. */
  readonly busyFor: number;
}

/** What sources, control and daemon see of the reconciler. */
export interface ReconcilerPort {
  /** Reads from the store; throws StoreTroubleError while it cannot be used. */
  read<Result>(work: (store: ReadableStore) => Result): Result;
  /**
   * Notes something that does not change what is shown. A disk that is too full for a note must not keep anyone from
   * reading, so trouble of the store is remembered and not thrown.
   */
  note(work: (memory: Memory) => void): void;
  /** Changes the store durably, then brings the view to every sink. Never throws, but for a TroubleError of the work. */
  change(work: (store: Store) => void): Promise<Outcome>;
  /** Does the same with a change in steps, between which the server answers others. */
  changeInSteps(work: (store: Store) => Steps<void>): Promise<Outcome>;
  /** Looks at the store in steps, while nobody changes it; throws StoreTroubleError while it cannot be used. */
  readInSteps<Result>(work: (store: ReadableStore) => Steps<Result>): Promise<Result>;
  /** Shows what is stored in every sink once more. Never throws. */
  reconcile(): Promise<Outcome>;
  /**
   * Forgets every cluster and team with all that is shown. What is shown goes also while the store cannot be used; that is the
   * outcome then. Never throws for trouble of store or sinks.
   */
  clear(): Promise<Outcome>;
  state(): ReconcilerState;
}

/** Told of everything that a person may want to know; see `daemon/announcer.ts`. */
export interface ReconcilerListener {
  /** After every flight that reached the sinks. */
  shown(event: {
    readonly sink: SinkIdentity;
    readonly report: SinkReport;
    readonly view: View;
    readonly before: View;
  }): void;
  /** After every flight that reached the sinks: what each sink reported last, by its id. */
  settled?(event: { readonly view: View; readonly reports: ReadonlyMap<string, SinkReport> }): void;
  /** The cause is there for a bug. */
  storeTrouble(trouble: Trouble, cause?: unknown): void;
  /** What to show could not be worked out, which is a bug. */
  viewTrouble(trouble: Trouble, cause: unknown): void;
}
