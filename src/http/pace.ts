/** How fast something comes: bytes per second over the last one to two seconds, so that a stop shows soon. */

/** Milliseconds of one span; the pace is that of the current span and the one before it. */
const span = 1000;

export class Pace {
  #begin: number;
  #bytes = 0;
  #bytesBefore: number | undefined;

  /** @param at - milliseconds of a clock that only goes forward, here and below */
  constructor(at: number) {
    this.#begin = at;
  }

  add(bytes: number, at: number): void {
    this.#turn(at);
    this.#bytes += bytes;
  }

  /** Bytes per second; undefined before the first span is over. */
  perSecond(at: number): number | undefined {
    this.#turn(at);
    if (this.#bytesBefore === undefined) return undefined;
    return ((this.#bytesBefore + this.#bytes) * 1000) / (at - this.#begin + span);
  }

  /** Begins anew, as after a time in which nothing could come. */
  restart(at: number): void {
    this.#begin = at;
    this.#bytes = 0;
    this.#bytesBefore = undefined;
  }

  #turn(at: number): void {
    const spans = Math.floor((at - this.#begin) / span);
    if (spans === 0) return;
    this.#bytesBefore = spans === 1 ? this.#bytes : 0;
    this.#bytes = 0;
    this.#begin += spans * span;
  }
}
