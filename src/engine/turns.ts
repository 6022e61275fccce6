/** Gives long tasks exclusive use of something, one after the other, in the order in which they asked. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Does the work once everyone who asked before is done; returns and throws what it does. */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    try {
      await before;
      return await work();
    } finally {
      resolve();
    }
  }

  /** Ends when all the work that was queued so far is done. */
  get last(): Promise<void> {
    return this.#last;
  }
}
