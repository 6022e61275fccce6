/** Does what follows from changes at a pace that leaves most of the time to others, however many changes come. */

/** Milliseconds between two times. */
const pauses = { least: 10, most: 1_000 } as const;

/** How much longer than the work took the pause after it is. */
const share = 4;

export class Pace implements Disposable {
  readonly #work: () => Promise<unknown>;
  #pause: number = pauses.least;
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;

  /** @param work - never throws */
  constructor(work: () => Promise<unknown>) {
    this.#work = work;
  }

  /** Has the work done soon. */
  note(): void {
    if (this.#isEnded) return;
    this.#timer ??= setTimeout(() => void this.#run(), this.#pause);
  }

  [Symbol.dispose](): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    // What comes from now on may not be in the work that begins, so it has a turn of its own.
    this.#timer = undefined;
    const start = performance.now();
    await this.#work();
    this.#pause = Math.min(Math.max(share * (performance.now() - start), pauses.least), pauses.most);
  }
}
