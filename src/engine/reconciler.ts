/** The loop between what is stored and what is shown: store, view, sinks. What failed is repeated until it works. */
import { inSlices } from "../base/slices.ts";
import { type Trouble, TroubleError, bugTrouble, retried, toTrouble } from "../base/trouble.ts";
import type { Steps } from "../base/steps.ts";
import { findEntry } from "../records/view-entries.ts";
import { type View, emptyView } from "../records/view.ts";
import { CurrentView } from "./current-view.ts";
import { Flight, type Retry } from "./flight.ts";
import type { StoreKeeper } from "./keeper.ts";
import type { Memory } from "./memory.ts";
import type { Outcome, ReconcilerListener, ReconcilerPort, ReconcilerState } from "./reconciler-port.ts";
import { SinkReports } from "./sink-reports.ts";
import type { Sink } from "./sink.ts";
import { StoreTroubleError } from "./store-trouble.ts";
import type { ReadableStore, Store } from "./store.ts";
import { Turns } from "./turns.ts";

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
  readonly retry?: Retry;
}

export class Reconciler implements ReconcilerPort, AsyncDisposable {
  readonly #options: ReconcilerOptions;
  readonly #sinks: SinkReports;
  /** The sinks as they take a view; they are listed as they were given. */
  readonly #order: readonly Sink[];
  readonly #flight: Flight;
  /** Work in steps needs the store for itself until it is done: a change that is half made must not be seen. */
  readonly #turns = new Turns();
  readonly #current = new CurrentView();
  readonly #changes = new Set<Promise<Outcome>>();
  #view: View | undefined;
  #viewTrouble: Trouble | undefined;
  /** Whether the next flight shows nothing if the store cannot be used. */
  #takesAway = false;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#sinks = new SinkReports(options.now);
    const rank = ({ isInMemory = false }: Sink): number => (isInMemory ? 0 : 1);
    this.#order = options.sinks.toSorted((left, right) => rank(left) - rank(right));
    const { retry = { first: 1000, most: 60_000 } } = options;
    this.#flight = new Flight({ fly: () => this.#fly(), retry });
  }

  read<Result>(work: (store: ReadableStore) => Result): Result {
    try {
      return this.#options.keeper.use(work);
    } catch (error) {
      if (error instanceof StoreTroubleError) this.#noteStoreTrouble(error);
      throw error;
    }
  }

  async readInSteps<Result>(work: (store: ReadableStore) => Steps<Result>): Promise<Result> {
    try {
      return await this.#inTurn(work);
    } catch (error) {
      if (error instanceof StoreTroubleError) this.#noteStoreTrouble(error);
      throw error;
    }
  }

  note(work: (memory: Memory) => void): void {
    try {
      this.#options.keeper.use((store) => work(store.memory));
    } catch (error) {
      if (!(error instanceof StoreTroubleError)) throw error;
      this.#noteStoreTrouble(error);
    }
  }

  change(work: (store: Store) => void): Promise<Outcome> {
    // oxlint-disable-next-line require-yield
    return this.changeInSteps(function* (store) {
      work(store);
    });
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
      if (error instanceof StoreTroubleError) {
        this.#noteStoreTrouble(error);
        return { ok: false, stored: false, trouble: toTrouble(error) };
      }
      if (error instanceof TroubleError) throw error;
      const trouble = bugTrouble("The change could not be stored", error);
      this.#tell((listener) => listener.storeTrouble(trouble, error));
      return { ok: false, stored: false, trouble };
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
    const { failed } = this.#sinks;
    return failed === undefined ? again : { ok: false, stored: false, trouble: failed.trouble };
  }

  state(): ReconcilerState {
    const { keeper, sinks } = this.#options;
    if (keeper.isMoved) this.#lookForStore();
    return {
      ready: this.#sinks.reports.size === sinks.length && this.#trouble() === undefined,
      view: this.#shown(),
      sinks,
      reports: this.#sinks.reports,
      lastWrites: this.#sinks.lastWrites,
      storeTrouble: keeper.trouble && retried(keeper.trouble),
      viewTrouble: this.#viewTrouble,
      busyFor: this.#flight.lasts,
    };
  }

  /**
   * Brings what is stored to every sink. Never throws: what nobody expected is a trouble too, and repeated. Does nothing
   * once disposed: what is stored is shown at the next start.
   *
   * @returns whether every sink shows the view now
   */
  async reconcile(): Promise<Outcome> {
    await this.#flight.run();
    const trouble = this.#trouble();
    return trouble === undefined ? { ok: true } : { ok: false, stored: true, trouble };
  }

  /** Ends the retries, and waits for changes and flights under way. The lines stay. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#flight.endRetries();
    await Promise.allSettled(this.#changes);
    await this.#flight.landed();
    await this.#turns.last;
    this.#flight.stop();
  }

  #inTurn<Result>(work: (store: Store) => Steps<Result>): Promise<Result> {
    return this.#turns.take(() => inSlices(this.#options.keeper.useInSteps(work)));
  }

  #lookForStore(): void {
    try {
      this.read(() => undefined);
    } catch (error) {
      if (!(error instanceof StoreTroubleError)) throw error;
    }
  }

  async #fly(): Promise<boolean> {
    const before = this.#viewTrouble;
    const view = (await this.#workOutView()) ?? this.#nothingIfCleared();
    if (view !== undefined) {
      for (const sink of this.#order) await this.#show(sink, view);
      // What was there before is over, but only now: nothing is ready before the view is shown.
      if (this.#viewTrouble === before) this.#viewTrouble = undefined;
      this.#view = view;
      this.#tell((listener) => listener.settled?.({ view, reports: this.#sinks.reports }));
      await this.#secure();
    }
    return this.#trouble() === undefined;
  }

  async #workOutView(): Promise<View | undefined> {
    const ownNames = this.#options.ownNames();
    // What was shown before this start is known once the store was opened.
    const shownFor = { get: (name: string) => findEntry(this.#shown(), name)?.cluster };
    try {
      return await this.#inTurn((store) => {
        this.#options.keeper.heal();
        return this.#current.workOut(store, { ownNames, shownFor });
      });
    } catch (error) {
      this.#noteFailedView(error);
      return undefined;
    }
  }

  #nothingIfCleared(): View | undefined {
    if (!this.#takesAway) return undefined;
    this.#takesAway = false;
    this.#current.forget();
    this.#options.keeper.disown();
    return emptyView;
  }

  async #show(sink: Sink, view: View): Promise<void> {
    const report = await this.#sinks.show(sink, view);
    const before = this.#shown();
    this.#tell((listener) => listener.shown({ sink, report, view, before }));
  }

  /** Only what nobody can lose unnoticed, and what is where it should be, is done. */
  async #secure(): Promise<void> {
    const { position } = this.#current;
    if (position === undefined) return;
    const shown = this.#sinks.positionCovering(position);
    try {
      await this.#inTurn(() => {
        this.#options.keeper.secure(position, shown);
        return nothing();
      });
    } catch (error) {
      this.#noteFailedView(error);
    }
  }

  #shown(): View {
    return this.#view ?? this.#options.previous?.() ?? emptyView;
  }

  #trouble(): Trouble | undefined {
    return this.#options.keeper.trouble ?? this.#viewTrouble ?? this.#sinks.failed?.trouble;
  }

  #noteFailedView(error: unknown): void {
    if (error instanceof StoreTroubleError) {
      this.#noteStoreTrouble(error);
      return;
    }
    const trouble = retried(bugTrouble("What to show could not be worked out", error));
    this.#viewTrouble = trouble;
    this.#tell((listener) => listener.viewTrouble(trouble, error));
  }

  #noteStoreTrouble(error: StoreTroubleError): void {
    const trouble = toTrouble(error);
    const isLasting = this.#options.keeper.trouble !== undefined;
    this.#tell((listener) => listener.storeTrouble(isLasting ? retried(trouble) : trouble, error.cause));
    if (isLasting) this.#flight.retryAtRest();
  }

  /** Log, metrics and page may have bugs too. */
  #tell(say: (listener: ReconcilerListener) => void): void {
    try {
      say(this.#options.listener);
    } catch (error) {
      this.#viewTrouble = retried(bugTrouble("What happened could not be told", error));
    }
  }
}

/** Forgets every cluster and every team. */
export function* forgetEach(store: Store): Steps<void> {
  const names = Array.from(store.clusters(), ({ name }) => name);
  for (const name of names) yield* store.forgetInSteps(name);
  for (const { name } of store.teams.list()) store.teams.leave(name);
}

/** A work that is done already. */
// oxlint-disable-next-line require-yield
function* nothing(): Steps<void> {
  return;
}
