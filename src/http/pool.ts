/** Connections that share an allowance: how many each origin holds, and which one goes when there is no room. */
import type { Socket } from "node:net";

/** An open connection. */
export interface Held {
  readonly socket: Socket;
  /** The key by which the limits for each caller count. */
  readonly origin: string;
  /** Whether it comes from this machine itself. */
  readonly isOwn: boolean;
  /** Whether its origin held more connections than it may when this one came. */
  isOver: boolean;
  /** Whether a request on it is not answered yet. */
  isBusy: boolean;
  /** Works on the requests that came before that one was answered. */
  readonly waiting: (() => void)[];
}

export class Pool {
  /** The connections of each origin, the one that was used last at the end. */
  readonly #origins = new Map<string, Set<Held>>();
  #size = 0;

  /** Number of connections. */
  get size(): number {
    return this.#size;
  }

  /** Number of connections of an origin. */
  countOf(origin: string): number {
    return this.#origins.get(origin)?.size ?? 0;
  }

  has(held: Held): boolean {
    return this.#origins.get(held.origin)?.has(held) === true;
  }

  add(held: Held): void {
    const others = this.#origins.get(held.origin);
    if (others === undefined) this.#origins.set(held.origin, new Set([held]));
    else others.add(held);
    this.#size++;
  }

  /**
   * Takes a connection out.
   *
   * @returns whether it was in
   */
  remove(held: Held): boolean {
    const others = this.#origins.get(held.origin);
    if (others?.delete(held) !== true) return false;
    if (others.size === 0) this.#origins.delete(held.origin);
    this.#size--;
    return true;
  }

  /** Notes that a connection was used. */
  touch(held: Held): void {
    if (this.remove(held)) this.add(held);
  }

  /**
   * The connection that goes when there is no room: of the origin that holds most, this machine last among equals, the
   * one that has been idle for longest. So an origin with few connections loses none to one with many.
   */
  choose(): Held | undefined {
    let greediest: ReadonlySet<Held> = new Set();
    for (const origin of this.#origins.values()) {
      const isGreedier = origin.size > greediest.size || (origin.size === greediest.size && first(greediest)?.isOwn);
      if (isGreedier === true) greediest = origin;
    }
    for (const held of greediest) if (!held.isBusy) return held;
    return first(greediest);
  }
}

function first(origin: ReadonlySet<Held>): Held | undefined {
  return origin.values().next().value;
}
