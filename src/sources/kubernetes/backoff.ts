/** How long to wait before the next try, and what ends the wait early. */

/** Time as a process sees it. */
export interface Clock {
  /** Milliseconds of a clock that is never set. */
  readonly now: () => number;
  /** Resolves after some milliseconds, or as soon as the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** In milliseconds. */
export interface Waits {
  readonly first: number;
  readonly most: number;
  /** The longest wait after failures have lasted for a time. */
  readonly mostLater: number;
  /** That time. */
  readonly later: number;
}

const usualWaits: Waits = { first: 50, most: 500, mostLater: 15_000, later: 5 * 60_000 };

/**
 * Waits 50 ms at first, twice as long after each failure, and at most half a second: a desktop's cluster comes back at
 * any moment. One that stays away for five minutes is asked every 15 seconds. Up to half of each wait is left to chance, so
 * that the kinds of a cluster do not ask in one moment.
 */
export class Backoff {
  readonly #clock: Clock;
  readonly #waits: Waits;
  #failures = 0;
  #failingSince: number | undefined;
  #waiting: AbortController | undefined;

  constructor(clock: Clock, waits: Waits = usualWaits) {
    this.#clock = clock;
    this.#waits = waits;
  }

  /** What was tried has worked. */
  succeeded(): void {
    this.#failures = 0;
    this.#failingSince = undefined;
  }

  /**
   * Waits before the next try.
   *
   * @param atLeast - milliseconds, where the server asks for more; they grow as the longest wait does when failures last
   */
  async wait(signal: AbortSignal, atLeast = 0): Promise<void> {
    const waiting = new AbortController();
    this.#waiting = waiting;
    const now = this.#clock.now();
    this.#failingSince ??= now;
    const { most: soon, mostLater, later } = this.#waits;
    const most = now - this.#failingSince < later ? soon : mostLater;
    const delay = Math.max((atLeast * most) / soon, this.#delay(most));
    await this.#clock.sleep(delay, AbortSignal.any([signal, waiting.signal]));
  }

  /** Something happened that makes the next try worth it at once: a network came, a configuration changed. */
  hurry(): void {
    this.succeeded();
    this.#waiting?.abort();
  }

  #delay(most: number): number {
    const delay = Math.min(most, this.#waits.first * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    return delay * (0.5 + this.#clock.random() / 2);
  }
}
