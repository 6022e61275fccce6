/** One flight at a time: calls that come while one is under way share the one behind it, and a failed one is repeated. */

interface FlightOptions {
  /** Does the work. Never throws. Returns whether all is well, so that it need not be repeated. */
  readonly fly: () => Promise<boolean>;
  /** Milliseconds before the first and between later attempts after a failure. */
  readonly retry: Retry;
}

export interface Retry {
  readonly first: number;
  readonly most: number;
}

export class Flight {
  readonly #options: FlightOptions;
  #current: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  /** As `performance.now()`. */
  #since: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #isRetrying = true;
  #isStopped = false;

  constructor(options: FlightOptions) {
    this.#options = options;
  }

  /** Milliseconds for which the flight under way has lasted; 0 at rest. */
  get lasts(): number {
    return this.#since === undefined ? 0 : performance.now() - this.#since;
  }

  /** Flies, or waits for the flight behind the one under way, so that many calls cost one. Does nothing once stopped. */
  async run(): Promise<void> {
    if (this.#isStopped) return;
    if (this.#current === undefined && this.#next === undefined) return this.#start();
    this.#next ??= this.#current?.then(() => this.#start()) ?? this.#start();
    return this.#next;
  }

  /** Flies once more after a while, unless a flight is under way, which sees to it itself. */
  retryAtRest(): void {
    if (this.#current === undefined) this.#retryLater();
  }

  /** No flight is repeated from now on. */
  endRetries(): void {
    this.#isRetrying = false;
    clearTimeout(this.#timer);
  }

  /** Ends when the flights under way have. */
  async landed(): Promise<void> {
    await (this.#next ?? this.#current);
  }

  /** No flight starts from now on. */
  stop(): void {
    this.#isStopped = true;
  }

  #start(): Promise<void> {
    this.#next = undefined;
    this.#since = performance.now();
    this.#current = this.#fly().finally(() => {
      this.#current = undefined;
      this.#since = undefined;
    });
    return this.#current;
  }

  async #fly(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (await this.#options.fly()) this.#failures = 0;
    else this.#retryLater();
  }

  #retryLater(): void {
    // A waiting one is not put off, or frequent readers would put it off for ever.
    if (!this.#isRetrying || this.#timer !== undefined) return;
    const { first, most } = this.#options.retry;
    const delay = Math.min(first * 2 ** this.#failures, most);
    this.#failures++;
    this.#timer = setTimeout(() => void this.run(), delay);
  }
}
