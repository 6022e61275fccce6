/** How often a managed block that others keep overwriting is restored, so that two programs do not fight without end. */

/** Milliseconds. */
const window = 10_000;
const pause = 60_000;
const repairsPerWindow = 10;

/** Counts repairs; time is handed in, in milliseconds of any steady clock. */
export class RepairLimit {
  #times: readonly number[] = [];
  #fighting = false;

  /** True if a repair may be made now: 10 in 10 seconds, then one a minute until none was asked for in two minutes. */
  allows(now: number): boolean {
    const since = now - (this.#times.at(-1) ?? -Infinity);
    if (since >= 2 * pause) this.#fighting = false;
    if (this.#times.filter((time) => now - time < window).length >= repairsPerWindow) this.#fighting = true;
    return !this.#fighting || since >= pause;
  }

  repaired(now: number): void {
    this.#times = [...this.#times, now].slice(-repairsPerWindow);
  }
}
