/** The bodies that are held at one time: each origin has a share of the room, and when it is short, the stalled ones go first. */
import { Pace } from "./pace.ts";

export interface BodyRoom {
  /** Bytes of all bodies together. */
  readonly all: number;
  /** Bytes of one origin's bodies. */
  readonly perOrigin: number;
}

/** Bytes per second below which a body counts as stalled when there is no room. A virtual network has a thousand times as many. */
const standstill = 64 * 1024;

/** Thrown to the reader of a body that was given up. */
export class BodyGivenUpError extends Error {
  override readonly name = "BodyGivenUpError";
}

/** Milliseconds between the ticks of the clock. */
const tick = 100;

/** What is held, and what is given up. */
export class Bodies {
  readonly #room: BodyRoom;
  readonly #ample: number;
  readonly #bodies = new Set<Body>();
  #bytes = 0;
  #ended = Promise.withResolvers<void>();
  #clock = 0;
  #ticking: NodeJS.Timeout | undefined;

  constructor(room: BodyRoom) {
    this.#room = room;
    this.#ample = Math.min(room.all, room.perOrigin);
  }

  /** Milliseconds in which the server could read: while it is busy nobody is slow. Goes on only while much is held. */
  get clock(): number {
    return this.#clock;
  }

  /** Counts a body from now on; disposing of it frees its room. */
  begin(origin: string): Body {
    const body = new Body(this, origin);
    this.#bodies.add(body);
    return body;
  }

  /** Gives up every body that has not come whole. */
  giveUpUnfinished(reason: string): void {
    for (const body of this.#bodies) if (!body.isWhole) body.giveUp(reason);
  }

  /** Counts bytes of a body, for {@link Body} alone. */
  hold(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#ample / 2) this.#ticking ??= setInterval(() => (this.#clock += tick), tick).unref();
  }

  /** Whether so little is held that nobody can take too much. */
  get isAmple(): boolean {
    return this.#bytes <= this.#ample;
  }

  /** Forgets a body, for {@link Body} alone. */
  end(body: Body): void {
    this.#bodies.delete(body);
    this.#bytes -= body.size;
    this.#ended.resolve();
    this.#ended = Promise.withResolvers();
    if (this.#bodies.size > 0) return;
    clearInterval(this.#ticking);
    this.#ticking = undefined;
  }

  /**
   * Waits until there is room for what this origin holds. Stalled bodies are given up, the slowest first; then bodies
   * that are worked on are waited for, since their end is near; and when there are none, the largest body of the origin
   * that holds most is given up.
   *
   * @returns whether it had to wait
   */
  async makeRoom(origin: string): Promise<boolean> {
    let hasWaited = false;
    for (;;) {
      const crowd = this.#crowd(origin);
      if (crowd === undefined) return hasWaited;
      const unfinished = crowd.filter(({ isWhole }) => !isWhole);
      const slowest = findSlowest(unfinished);
      if (slowest !== undefined) slowest.giveUp("Too many bytes in flight, and these came too slowly.");
      else if (unfinished.length === crowd.length) findLargest(crowd)?.giveUp("Too many bytes in flight.");
      else {
        hasWaited = true;
        await this.#ended.promise;
      }
    }
  }

  /** The bodies that take too much room together: those of this origin, or all; undefined when there is room. */
  #crowd(origin: string): readonly Body[] | undefined {
    if (this.isAmple) return undefined;
    const { all, perOrigin } = this.#room;
    const held = [...this.#bodies].filter(({ isGivenUp }) => !isGivenUp);
    const own = held.filter((body) => body.origin === origin);
    if (bytesOf(own) > perOrigin) return own;
    return bytesOf(held) > all ? held : undefined;
  }
}

/** One body on its way. */
export class Body {
  readonly origin: string;
  readonly #bodies: Bodies;
  readonly #pace: Pace;
  #size = 0;
  #isWhole = false;
  #isWaiting = false;
  #givenUp: BodyGivenUpError | undefined;
  #interrupt: (error: BodyGivenUpError) => void = () => {};

  constructor(bodies: Bodies, origin: string) {
    this.origin = origin;
    this.#bodies = bodies;
    this.#pace = new Pace(bodies.clock);
  }

  /** Bytes that have come. */
  get size(): number {
    return this.#size;
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  get isGivenUp(): boolean {
    return this.#givenUp !== undefined;
  }

  /** Bytes per second; undefined while that cannot be said. */
  get pace(): number | undefined {
    return this.#isWaiting ? undefined : this.#pace.perSecond(this.#bodies.clock);
  }

  /**
   * Passes the chunks on as they come; the next one is read once there is room for what came.
   *
   * @throws BodyGivenUpError when it was given up
   */
  async *read(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const chunks = source[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await this.#unlessGivenUp(chunks.next());
      if (done === true) break;
      this.#size += value.length;
      this.#bodies.hold(value.length);
      this.#pace.add(value.length, this.#bodies.clock);
      yield value;
      if (!this.#bodies.isAmple) await this.#waitForRoom();
    }
    this.#isWhole = true;
  }

  /** Ends the reading with an error that says why. */
  giveUp(reason: string): void {
    this.#givenUp = new BodyGivenUpError(reason);
    this.#interrupt(this.#givenUp);
  }

  [Symbol.dispose](): void {
    this.#bodies.end(this);
  }

  async #waitForRoom(): Promise<void> {
    this.#isWaiting = true;
    const hasWaited = await this.#unlessGivenUp(this.#bodies.makeRoom(this.origin));
    this.#isWaiting = false;
    if (hasWaited) this.#pace.restart(this.#bodies.clock);
  }

  async #unlessGivenUp<Value>(work: Promise<Value>): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    this.#interrupt = reject;
    work.then(resolve, reject);
    if (this.#givenUp !== undefined) reject(this.#givenUp);
    return promise;
  }
}

function findSlowest(bodies: readonly Body[]): Body | undefined {
  const still = bodies.filter(({ pace }) => pace !== undefined && pace < standstill);
  return still.toSorted((one, other) => (one.pace ?? 0) - (other.pace ?? 0) || other.size - one.size)[0];
}

function findLargest(bodies: readonly Body[]): Body | undefined {
  const origins = [...Map.groupBy(bodies, ({ origin }) => origin).values()];
  const [greediest = []] = origins.toSorted((one, other) => bytesOf(other) - bytesOf(one));
  return greediest.toSorted((one, other) => other.size - one.size)[0];
}

function bytesOf(bodies: readonly Body[]): number {
  return bodies.reduce((sum, { size }) => sum + size, 0);
}
