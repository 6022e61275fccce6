/** The loop between what is stored and what is shown: store, view, sinks; one flight at a time, retried by itself. */
import type { Sink, SinkIdentity, SinkReport } from "./sink.ts";
import { type Position, covers } from "../records/position.ts";
import type { Steps } from "../records/steps.ts";
import { computeView, viewInSteps } from "../records/compute-view.ts";
import { type View, type ViewInput, emptyView } from "../records/view.ts";
import { inSlices } from "../base/slices.ts";
import { findEntry } from "../records/view-entries.ts";
import { updateView } from "../records/view-update.ts";
import type { StoreKeeper } from "./keeper.ts";
import type { Store } from "./store.ts";
import { StoreTroubleError } from "../store/trouble.ts";
import { type Trouble, TroubleError, bugTrouble } from "../base/trouble.ts";

/** How a change ended. `stored` with trouble means: kept, but a sink does not show it yet. */
export type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly stored: boolean; readonly trouble: Trouble };

export interface LastWrite {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly method: string;
}

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

/** What the webhook and the control methods see of the reconciler. */
export interface ReconcilerPort {
  /** Reads from the store; throws StoreTroubleError while it cannot be used. */
  read<Result>(work: (store: Store) => Result): Result;
  /** Changes the store durably, then brings the view to every sink. Never throws, but for a TroubleError of the work. */
  change(work: (store: Store) => void): Promise<Outcome>;
  /** Does the same with a change in steps, between which the server answers others. */
  changeInSteps(work: (store: Store) => Steps<void>): Promise<Outcome>;
  /** Looks at the store in steps, while nobody changes it; throws StoreTroubleError while it cannot be used. */
  readInSteps<Result>(work: (store: Store) => Steps<Result>): Promise<Result>;
  /** Shows what is stored in every sink once more. Never throws. */
  reconcile(): Promise<Outcome>;
  /**
   * Forgets every cluster with all that is shown. What is shown goes also while the store cannot be used; that is the
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

export interface ReconcilerOptions {
  readonly keeper: StoreKeeper;
  readonly sinks: readonly Sink[];
  /** This machine's own names, which are never shown. */
  readonly ownNames: () => ReadonlySet<string>;
  readonly listener: ReconcilerListener;
  /** What was shown before this start, worked out from saved state, once the store could be read. */
  readonly previous?: () => View | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds before the first and between later attempts after a failure. */
  readonly retry?: { readonly first: number; readonly most: number };
}

/**
 * The view of what a store holds now.
 *
 * @param ownNames - this machine's own names
 * @param holders - who was shown for a name before; by default what the store remembers of contested ones
 */
export function viewOf(store: Store, ownNames: ReadonlySet<string>, holders: Holders = store.holders()): View {
  return computeView({ clusters: store.clusters(), holders, ownNames });
}

type Holders = ViewInput["holders"];

export class Reconciler implements ReconcilerPort, AsyncDisposable {
  readonly #options: ReconcilerOptions;
  readonly #reports = new Map<string, SinkReport>();
  readonly #lastWrites = new Map<string, LastWrite>();
  readonly #retry: { readonly first: number; readonly most: number };
  #view: View | undefined;
  #viewTrouble: Trouble | undefined;
  /** How far the store had come by the view that is shown now. */
  #position: Position | undefined;
  /** The view of what was stored when the store was last asked for what changed. */
  #computed: View | undefined;
  #flight: Promise<void> | undefined;
  /** As `performance.now()`. */
  #flightSince: number | undefined;
  #next: Promise<void> | undefined;
  /** Ends when everyone who has asked for the store so far is done with it. */
  #turn: Promise<void> = Promise.resolve();
  #retryTimer: NodeJS.Timeout | undefined;
  #failures = 0;
  /** Nothing is tried again from now on; then nothing is done any more. */
  #isStopping = false;
  #isStopped = false;
  readonly #changes = new Set<Promise<Outcome>>();
  /** Whether the next flight shows nothing if the store cannot be used. */
  #takesAway = false;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#retry = options.retry ?? { first: 1000, most: 60_000 };
  }

  read<Result>(work: (store: Store) => Result): Result {
    try {
      return this.#options.keeper.use(work);
    } catch (error) {
      if (error instanceof StoreTroubleError) this.#noteStoreTrouble(error);
      throw error;
    }
  }

  change(work: (store: Store) => void): Promise<Outcome> {
    // oxlint-disable-next-line require-yield
    return this.changeInSteps(function* (store) {
      work(store);
    });
  }

  async readInSteps<Result>(work: (store: Store) => Steps<Result>): Promise<Result> {
    try {
      return await this.#inTurn(work);
    } catch (error) {
      if (error instanceof StoreTroubleError) this.#noteStoreTrouble(error);
      throw error;
    }
  }

  async changeInSteps(work: (store: Store) => Steps<void>): Promise<Outcome> {
    const outcome = this.#changeInSteps(work);
    this.#changes.add(outcome);
    try {
      return await outcome;
    } finally {
      this.#changes.delete(outcome);
    }
  }

  async #changeInSteps(work: (store: Store) => Steps<void>): Promise<Outcome> {
    try {
      await this.#inTurn(work);
    } catch (error) {
      if (error instanceof TroubleError) throw error;
      return { ok: false, stored: false, trouble: this.#noteFailedChange(error) };
    }
    return this.reconcile();
  }

  async clear(): Promise<Outcome> {
    const outcome = await this.changeInSteps(forgetEach);
    if (outcome.ok || outcome.stored) return outcome;
    this.#takesAway = true;
    await this.reconcile();
    // What lacked something that was shown may be well, now that nothing is.
    const again = await this.changeInSteps(forgetEach);
    const failed = this.#reports.values().find((report) => !report.ok);
    return failed === undefined ? again : { ok: false, stored: false, trouble: failed.trouble };
  }

  state(): ReconcilerState {
    if (this.#options.keeper.isMoved) this.#lookForStore();
    return {
      ready: this.#reports.size === this.#options.sinks.length && this.#trouble() === undefined,
      view: this.#shown(),
      sinks: this.#options.sinks,
      reports: this.#reports,
      lastWrites: this.#lastWrites,
      storeTrouble: this.#options.keeper.trouble,
      viewTrouble: this.#viewTrouble,
      busyFor: this.#flightSince === undefined ? 0 : performance.now() - this.#flightSince,
    };
  }

  /**
   * Brings what is stored to every sink. Calls that come while a flight is under way share the one behind it, so that
   * many changes cost one write. Never throws: what nobody expected is a trouble too, and tried again. Does nothing once
   * disposed: what is stored is shown at the next start.
   *
   * @returns whether every sink shows the view now
   */
  async reconcile(): Promise<Outcome> {
    await this.#nextFlight();
    const trouble = this.#trouble();
    return trouble === undefined ? { ok: true } : { ok: false, stored: true, trouble };
  }

  async #nextFlight(): Promise<void> {
    if (this.#isStopped) return;
    if (this.#flight === undefined && this.#next === undefined) return this.#start();
    this.#next ??= this.#flight?.then(() => this.#start()) ?? this.#start();
    return this.#next;
  }

  /** Ends the retries, and waits for changes and flights under way. The lines stay. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#retryTimer);
    await Promise.allSettled(this.#changes);
    await (this.#next ?? this.#flight);
    await this.#turn;
    this.#isStopped = true;
  }

  /** Work in steps needs the store for itself until it is done: a change that is half made must not be seen. */
  async #inTurn<Result>(work: (store: Store) => Steps<Result>): Promise<Result> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    try {
      await before;
      return await inSlices(this.#options.keeper.useInSteps(work));
    } finally {
      resolve();
    }
  }

  #lookForStore(): void {
    try {
      this.read(() => undefined);
    } catch (error) {
      if (!(error instanceof StoreTroubleError)) throw error;
    }
  }

  #start(): Promise<void> {
    this.#next = undefined;
    this.#flightSince = performance.now();
    this.#flight = this.#fly().finally(() => {
      this.#flight = undefined;
      this.#flightSince = undefined;
    });
    return this.#flight;
  }

  async #fly(): Promise<void> {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    const view = (await this.#computeView()) ?? this.#nothingIfCleared();
    if (view !== undefined) {
      for (const sink of this.#options.sinks) await this.#show(sink, view);
      this.#view = view;
      this.#tell((listener) => listener.settled?.({ view, reports: this.#reports }));
      await this.#secure();
    }
    if (this.#trouble() === undefined) this.#failures = 0;
    else this.#retryLater();
  }

  #nothingIfCleared(): View | undefined {
    if (!this.#takesAway) return undefined;
    this.#takesAway = false;
    this.#position = undefined;
    this.#computed = undefined;
    this.#options.keeper.disown();
    return emptyView;
  }

  async #computeView(): Promise<View | undefined> {
    try {
      return await this.#inTurn((store) => {
        this.#options.keeper.heal();
        return this.#viewInSteps(store);
      });
    } catch (error) {
      this.#noteFailedView(error);
      return undefined;
    }
  }

  /** Only what nobody can lose unnoticed, and what is where it should be, is done. */
  async #secure(): Promise<void> {
    const position = this.#position;
    if (position === undefined) return;
    const named = this.#reports.values().map((report) => (report.ok ? report.position : undefined));
    const shown = named.find((other) => other !== undefined && covers(other, position));
    try {
      await this.#inTurn(() => {
        this.#options.keeper.secure(position, shown);
        return nothing();
      });
    } catch (error) {
      this.#noteFailedView(error);
    }
  }

  *#viewInSteps(store: Store): Steps<View> {
    const before = this.#computed;
    this.#computed = undefined;
    const view = yield* this.#viewNow(store, before);
    yield* store.setHoldersInSteps(view.holders);
    this.#computed = view;
    this.#position = store.position;
    this.#viewTrouble = undefined;
    return view;
  }

  /** A change of a few names is looked at alone, if the view before it is known. */
  *#viewNow(store: Store, before: View | undefined): Steps<View> {
    const change = store.takeChange();
    const ownNames = this.#options.ownNames();
    const isFull = before === undefined || change === undefined;
    const holders = this.#holders(store);
    const updated = isFull ? undefined : updateView(before, { ...change, holders, ownNames });
    return updated ?? (yield* viewInSteps({ clusters: store.clusters(), holders, ownNames }));
  }

  /** A name that becomes contested had its holder alone until now, and the store remembers contested names only. */
  #holders(store: Store): Holders {
    const shown = this.#shown();
    return { get: (name) => store.holders().get(name) ?? findEntry(shown, name)?.cluster };
  }

  #shown(): View {
    return this.#view ?? this.#options.previous?.() ?? emptyView;
  }

  async #show(sink: Sink, view: View): Promise<void> {
    const report = await applyTo(sink, view);
    this.#reports.set(sink.id, report);
    if (report.ok && report.method !== "unchanged") {
      this.#lastWrites.set(sink.id, { at: this.#options.now(), method: report.method });
    }
    const before = this.#shown();
    this.#tell((listener) => listener.shown({ sink, report, view, before }));
  }

  #trouble(): Trouble | undefined {
    const failed = this.#reports.values().find((report) => !report.ok);
    return this.#options.keeper.trouble ?? this.#viewTrouble ?? failed?.trouble;
  }

  #noteFailedChange(error: unknown): Trouble {
    if (error instanceof StoreTroubleError) this.#noteStoreTrouble(error);
    else this.#tell((listener) => listener.storeTrouble(bugTrouble(cannotChange, error), error));
    return error instanceof StoreTroubleError ? error.trouble : bugTrouble(cannotChange, error);
  }

  #noteFailedView(error: unknown): void {
    if (error instanceof StoreTroubleError) {
      this.#noteStoreTrouble(error);
      return;
    }
    const trouble = bugTrouble("What to show could not be worked out", error);
    this.#viewTrouble = trouble;
    this.#tell((listener) => listener.viewTrouble(trouble, error));
  }

  /** Log, metrics and page may have bugs too. */
  #tell(say: (listener: ReconcilerListener) => void): void {
    try {
      say(this.#options.listener);
    } catch (error) {
      this.#viewTrouble = bugTrouble("What happened could not be told", error);
    }
  }

  #noteStoreTrouble({ trouble, cause }: StoreTroubleError): void {
    this.#tell((listener) => listener.storeTrouble(trouble, cause));
    const isLasting = this.#options.keeper.trouble !== undefined;
    if (isLasting && this.#flight === undefined) this.#retryLater();
  }

  #retryLater(): void {
    // One that waits already is not put off, or frequent readers would put it off for ever.
    if (this.#isStopping || this.#retryTimer !== undefined) return;
    const delay = Math.min(this.#retry.first * 2 ** this.#failures, this.#retry.most);
    this.#failures++;
    this.#retryTimer = setTimeout(() => void this.reconcile(), delay);
  }
}

function* forgetEach(store: Store): Steps<void> {
  const names = Array.from(store.clusters(), ({ name }) => name);
  for (const name of names) yield* store.forgetInSteps(name);
}

const cannotChange = "The change could not be stored";

/** A sink that throws has a bug, and the others are served all the same. */
async function applyTo(sink: Sink, view: View): Promise<SinkReport> {
  try {
    return await sink.apply(view);
  } catch (error) {
    return { ok: false, trouble: bugTrouble(`The ${sink.title} could not be brought up to date`, error), cause: error };
  }
}

/** A work that is done already. */
// oxlint-disable-next-line require-yield
function* nothing(): Steps<void> {
  return;
}
