/** The reconciler of a team server: what others change goes to etcd first, and is done once it came back and every sink shows it. */
import { type Trouble, retried, toTrouble } from "../base/trouble.ts";
import type { Memory } from "../engine/memory.ts";
import { type Reconciler, forgetEach } from "../engine/reconciler.ts";
import type { Outcome, ReconcilerPort, ReconcilerState } from "../engine/reconciler-port.ts";
import { StoreTroubleError } from "../engine/store-trouble.ts";
import type { ReadableStore, Store } from "../engine/store.ts";
import type { Steps } from "../base/steps.ts";
import type { Follower } from "./follower.ts";
import type { Wish } from "./plan/plan.ts";
import { TeamStore } from "./team-store.ts";
import { behind } from "./trouble.ts";
import type { Writer } from "./writer.ts";

interface TeamPortOptions {
  readonly inner: Reconciler;
  readonly follower: Follower;
  readonly writer: Writer;
}

/**
 * Milliseconds from the beginning of a change until nothing further of it is begun, and until it must have come back, so
 * that ExternalDNS, which waits 15 s, hears how it ended.
 */
const patience = { begun: 10_000, back: 12_000 } as const;

export class TeamPort implements ReconcilerPort {
  readonly #options: TeamPortOptions;

  constructor(options: TeamPortOptions) {
    this.#options = options;
  }

  read<Result>(work: (store: ReadableStore) => Result): Result {
    return this.#options.inner.read(work);
  }

  /** Reads what nobody may get in an older state than etcd has acknowledged to anybody. */
  async readInSteps<Result>(work: (store: ReadableStore) => Steps<Result>): Promise<Result> {
    const trouble = this.#options.follower.store === undefined ? undefined : await this.#options.writer.fresh();
    if (trouble !== undefined) throw new StoreTroubleError(retried(trouble));
    return this.#options.inner.readInSteps(work);
  }

  note(work: (memory: Memory) => void): void {
    this.#options.inner.note(work);
  }

  change(work: (store: Store) => void): Promise<Outcome> {
    // oxlint-disable-next-line require-yield
    return this.changeInSteps(function* (store) {
      work(store);
    });
  }

  async changeInSteps(work: (store: Store) => Steps<void>): Promise<Outcome> {
    let wishes: readonly Wish[];
    try {
      wishes = await this.#options.inner.readInSteps((store) => wishesOf(store, work));
    } catch (error) {
      if (error instanceof StoreTroubleError) return { ok: false, stored: false, trouble: toTrouble(error) };
      throw error;
    }
    return this.#grant(wishes);
  }

  reconcile(): Promise<Outcome> {
    return this.#options.inner.reconcile();
  }

  clear(): Promise<Outcome> {
    return this.changeInSteps(forgetEach);
  }

  state(): ReconcilerState {
    const state = this.#options.inner.state();
    const { trouble } = this.#options.follower;
    const storeTrouble = state.storeTrouble ?? (trouble && retried(trouble));
    return { ...state, ready: state.ready && storeTrouble === undefined, storeTrouble };
  }

  async #grant(wishes: readonly Wish[]): Promise<Outcome> {
    const { follower, inner, writer } = this.#options;
    const start = performance.now();
    let revision = 0n;
    for (const wish of wishes) {
      const written = await writer.write(wish, start + patience.begun);
      if (!written.ok) return failed(written.trouble, false);
      ({ revision } = written);
    }
    const left = start + patience.back - performance.now();
    if (!(await follower.until((store) => store.revision >= revision, left))) return failed(behind, true);
    return inner.reconcile();
  }
}

function failed(trouble: Trouble, stored: boolean): Outcome {
  return { ok: false, stored, trouble: retried(trouble) };
}

function* wishesOf(store: ReadableStore, work: (store: Store) => Steps<void>): Steps<readonly Wish[]> {
  if (!(store instanceof TeamStore)) throw new TypeError("the store of a team server is another");
  store.takeWishes();
  yield* work(store);
  return store.takeWishes();
}
