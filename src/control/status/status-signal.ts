/** Tells waiting callers that the status may have changed, so that a page and a script need not ask again and again. */
import type { ReconcilerListener } from "../../engine/reconciler-port.ts";

/** Milliseconds within which changes are told as one: a cluster's first hundred names come in many requests. */
const gatherMs = 200;

/** Milliseconds without a change after which waiting readers are woken anyway, to look and to show that they are there. */
const maxWaitMs = 15_000;

interface SignalOptions {
  readonly gatherMs?: number;
  readonly maxWaitMs?: number;
}

export class StatusSignal implements Disposable {
  /** Hears of every write and of every trouble. */
  readonly listener: ReconcilerListener = {
    shown: () => this.note(),
    storeTrouble: () => this.note(),
    viewTrouble: () => this.note(),
  };
  readonly #options: Required<SignalOptions>;
  readonly #ending = new AbortController();
  readonly #waiting = new Set<() => void>();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param options - other times for tests, in milliseconds */
  constructor(options: SignalOptions = {}) {
    this.#options = { gatherMs, maxWaitMs, ...options };
  }

  /** Aborted once the server stops: from then on nobody may wait. */
  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  /** Number of changes so far. */
  get count(): number {
    return this.#count;
  }

  /** Waits until there were more changes than `seen`, that time is over, or the signal has ended. */
  async next(seen: number): Promise<void> {
    if (this.#count !== seen || this.ended.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#options.maxWaitMs).unref();
    this.#waiting.add(resolve);
    await promise;
    this.#waiting.delete(resolve);
    clearTimeout(timer);
  }

  /** The status may have changed. */
  note(): void {
    this.#timer ??= setTimeout(() => this.#wake(), this.#options.gatherMs).unref();
  }

  /** Ends the signal, and everyone's waiting. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#ending.abort();
    this.#wake();
  }

  #wake(): void {
    this.#timer = undefined;
    this.#count++;
    for (const resolve of this.#waiting) resolve();
  }
}
