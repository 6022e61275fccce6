/** The loop between what is stored and what is shown: store, view, sinks; one flight at a time, retried by itself. */
import type { View } from "./records/view.ts";
import type { SinkReport } from "./hosts/sink.ts";
import type { Store } from "./store/store.ts";
import type { Trouble } from "./trouble.ts";

/** How a change ended. `stored` with trouble means: kept, but a sink does not show it yet. */
export type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly stored: boolean; readonly trouble: Trouble };

export interface ReconcilerState {
  /** False until the first reconcile ended well. */
  readonly ready: boolean;
  readonly view: View;
  /** The last report of each sink by its name. */
  readonly reports: ReadonlyMap<string, SinkReport>;
  /** Why the store cannot be used, if it cannot. */
  readonly storeTrouble: Trouble | undefined;
}

/** What the webhook and the control methods see of the reconciler. */
export interface ReconcilerPort {
  /** Reads from the store; throws StoreTroubleError while it cannot be used. */
  read<Result>(work: (store: Store) => Result): Result;
  /** Changes the store durably, then brings the view to every sink. Never throws for trouble of store or sinks. */
  change(work: (store: Store) => void): Promise<Outcome>;
  state(): ReconcilerState;
}
