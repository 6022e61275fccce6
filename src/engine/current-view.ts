/** Works out what to show from what is stored: of a change of few names those alone, else everything. */
import type { Position } from "../records/position.ts";
import type { Steps } from "../base/steps.ts";
import { updateView } from "../records/view-update.ts";
import { computeView, viewInSteps } from "../records/compute-view.ts";
import type { View, ViewCluster, ViewInput } from "../records/view.ts";
import type { Store } from "./store.ts";

type Holders = ViewInput["holders"];

/** What holds when a view is worked out. */
interface ViewFacts {
  /** This machine's own names, which are never shown. */
  readonly ownNames: ReadonlySet<string>;
  /** The cluster that was shown for a name that is not remembered as contested. */
  readonly shownFor: Holders;
}

/**
 * The view of what a store holds now.
 *
 * @param ownNames - this machine's own names
 * @param holders - the cluster that was shown for each name before; by default what the store remembers of contested names
 */
export function viewOf(store: Store, ownNames: ReadonlySet<string>, holders: Holders = store.holders()): View {
  return computeView({ clusters: viewClusters(store), holders, ownNames });
}

export class CurrentView {
  /** The view of what was stored when the store was last asked for what changed. */
  #computed: View | undefined;
  #position: Position | undefined;

  /** How far the store had come by the view that was worked out last. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** Computes it, and has the store remember which cluster holds each contested name. */
  *workOut(store: Store, facts: ViewFacts): Steps<View> {
    const before = this.#computed;
    this.#computed = undefined;
    const view = yield* viewSince(before, store, facts);
    yield* store.setHoldersInSteps(view.holders);
    this.#computed = view;
    this.#position = store.position;
    return view;
  }

  /** Forgets what it worked out, since the user wants none of it. */
  forget(): void {
    this.#computed = undefined;
    this.#position = undefined;
  }
}

/** A change of a few names is looked at alone, if the view before it is known. */
function* viewSince(before: View | undefined, store: Store, { ownNames, shownFor }: ViewFacts): Steps<View> {
  const change = store.takeChange();
  // A name that becomes contested had its holder alone until now, and the store remembers contested names only.
  const holders: Holders = { get: (name) => store.holders().get(name) ?? shownFor.get(name) };
  const isFull = before === undefined || change === undefined;
  const updated = isFull ? undefined : updateView(before, { ...change, holders, ownNames });
  return updated ?? (yield* viewInSteps({ clusters: viewClusters(store), holders, ownNames }));
}

/** Every cluster, and then the teams. */
function* viewClusters(store: Store): Generator<ViewCluster> {
  yield* store.clusters();
  yield* store.teams.views();
}
