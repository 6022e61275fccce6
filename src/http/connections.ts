/** The connections of a server: how many a caller may hold, which of them are busy, and how they end. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { descriptorLimit } from "./descriptors.ts";
import { type Held, Pool } from "./pool.ts";

/** The other end of a connection, before it has sent a byte. */
export interface Peer {
  /** The key by which the limits for each caller count. */
  readonly origin: string;
  /** This machine itself, an address of the allow list, or neither. */
  readonly place: "own" | "allowed" | "stranger";
}

export interface ConnectionLimits {
  /** Connections of one origin beyond which its requests are answered 503. */
  readonly polite: number;
  /** Connections of one origin beyond which they are cut at once. */
  readonly hard: number;
  /** Connections of all origins beyond which one is cut for each that comes. */
  readonly total: number;
  /** The same for all strangers together. */
  readonly strangers: number;
  /** Connections of one stranger beyond which they are cut at once. */
  readonly perStranger: number;
  /** Bytes of all answers that are ready and not taken, beyond which connections are cut. */
  readonly unsent: number;
}

/** Descriptors that connections leave to the store, the hosts file and whatever else is opened. */
const reserve = 64;
const leastTotal = 16;

export const defaultConnectionLimits = {
  polite: 64,
  hard: 128,
  total: 1024,
  strangers: 32,
  perStranger: 8,
  unsent: 256 * 1024 * 1024,
} as const;

/** The limits as far as this process may open so many descriptors. */
export function connectionLimits(descriptors = descriptorLimit()): ConnectionLimits {
  const total = Math.max(leastTotal, Math.min(defaultConnectionLimits.total, descriptors - reserve));
  const strangers = Math.min(defaultConnectionLimits.strangers, Math.floor(total / 4));
  return { ...defaultConnectionLimits, total, strangers };
}

export interface ConnectionsOptions {
  /** Answers a request. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  readonly judge: (remote: string | undefined) => Peer;
  readonly limits: ConnectionLimits;
}

/** Requests that wait for the one before them on their connection; ExternalDNS and browsers send none. */
export const mostWaiting = 32;

/** Origins of strangers that showed a token, of which the latest are remembered. */
const mostProven = 64;

export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #held = new Map<object, Held>();
  /** Of this machine, of allowed addresses, and of strangers that showed a token. */
  readonly #known = new Pool();
  readonly #strangers = new Pool();
  readonly #proven = new Set<string>();
  readonly #responses = new Set<ServerResponse>();
  #isDraining = false;
  #taken = 0;
  #lastRequestAt = performance.now();

  /** Watches the server's connections; must be called before any comes. */
  constructor(server: Server, options: ConnectionsOptions) {
    this.#options = options;
    server.prependListener("connection", (socket: Socket) => this.#accept(socket));
    server.on("request", (request: IncomingMessage, response: ServerResponse) => this.#take(request, response));
  }

  /** Whether the origin of this connection holds more than it may. */
  isOver(socket: object): boolean {
    return this.#held.get(socket)?.isOver === true;
  }

  /** The key by which the limits for each caller count. */
  originOf(socket: object): string | undefined {
    return this.#held.get(socket)?.origin;
  }

  /** Notes that a token was shown: its connection, and those that its origin opens from now on, do not count as a stranger's. */
  trust(socket: object): void {
    const held = this.#held.get(socket);
    if (held === undefined || !this.#strangers.remove(held)) return;
    this.#known.add(held);
    this.#proven.delete(held.origin);
    this.#proven.add(held.origin);
    for (const oldest of this.#proven) {
      if (this.#proven.size <= mostProven) break;
      this.#proven.delete(oldest);
    }
  }

  /** From now on every answer announces the end of its connection. */
  announceEnd(): void {
    this.#isDraining = true;
    this.#lastRequestAt = performance.now();
    for (const response of this.#responses) response.shouldKeepAlive = false;
  }

  /** Number of requests that are not answered yet. */
  get busy(): number {
    return this.#responses.size;
  }

  /** Milliseconds since a request, or a connection for one, came, or one was answered, or the end was announced; 0 while one is being answered. */
  quietFor(): number {
    return this.#responses.size > 0 ? 0 : performance.now() - this.#lastRequestAt;
  }

  /** Number of connections that were ever taken in. */
  get taken(): number {
    return this.#taken;
  }

  /** Cuts the connections without a request that is not answered yet. */
  cutIdle(): void {
    for (const held of this.#held.values()) if (!held.isBusy) this.#drop(held);
  }

  /**
   * Cuts from now on the connections whose answer is ready and whose reader takes nothing of it.
   *
   * @param patience - milliseconds without a byte taken
   */
  cutDeaf(patience: number): void {
    for (const response of this.#responses) if (response.writableEnded) response.setTimeout(patience);
  }

  /** Cuts every connection that is still open. */
  cut(): void {
    for (const held of this.#held.values()) this.#drop(held);
  }

  /** The newcomer always gets in, unless its own origin holds too many: what is cut for it is a stranger's or the greediest's. */
  #accept(socket: Socket): void {
    const { judge, limits } = this.#options;
    const { origin, place } = judge(socket.remoteAddress);
    const held: Held = { socket, origin, isOwn: place === "own", isOver: false, isBusy: false, waiting: [] };
    this.#held.set(socket, held);
    this.#taken++;
    socket.once("close", () => this.#release(held));
    const isStranger = place === "stranger" && !this.#proven.has(origin);
    // Its request is on its way.
    if (!isStranger) this.#lastRequestAt = performance.now();
    const pool = isStranger ? this.#strangers : this.#known;
    pool.add(held);
    const count = pool.countOf(origin);
    held.isOver = count > limits.polite;
    if (count > (isStranger ? limits.perStranger : limits.hard)) return this.#drop(held);
    if (this.#strangers.size > limits.strangers) this.#drop(this.#strangers.choose());
    if (this.#held.size > limits.total) this.#drop(this.#strangers.choose() ?? this.#known.choose());
  }

  #drop(held: Held | undefined): void {
    if (held === undefined) return;
    this.#release(held);
    held.socket.destroy();
  }

  #release(held: Held): void {
    this.#held.delete(held.socket);
    this.#known.remove(held);
    this.#strangers.remove(held);
  }

  /**
   * What a caller sends without waiting for answers is worked on one by one, each in a turn of its own, so that a packet
   * full of requests holds up nobody. When too many wait, the connection ends with the next answer.
   */
  #take(request: IncomingMessage, response: ServerResponse): void {
    const held = this.#held.get(request.socket);
    if (held === undefined) return;
    if (!held.isBusy) this.#work(held, request, response);
    else if (held.waiting.length < mostWaiting) held.waiting.push(() => this.#work(held, request, response));
    else held.isOver = true;
  }

  #work(held: Held, request: IncomingMessage, response: ServerResponse): void {
    if (held.socket.writableEnded || held.socket.destroyed) return;
    held.isBusy = true;
    this.#lastRequestAt = performance.now();
    this.#responses.add(response);
    // A stranger keeps no connection: the answer to its first request is a refusal, or makes its next one welcome.
    if (this.#isDraining || held.isOver || this.#strangers.has(held)) response.shouldKeepAlive = false;
    response.once("close", () => {
      this.#responses.delete(response);
      this.#lastRequestAt = performance.now();
      this.#known.touch(held);
      this.#strangers.touch(held);
      const next = held.waiting.shift();
      if (next === undefined) held.isBusy = false;
      else setImmediate(next);
    });
    this.#freeUnsent();
    this.#options.answer(request, response);
  }

  /** Bytes of the answers that are ready and not taken. */
  #unsent(): number {
    let bytes = 0;
    for (const { socket } of this.#responses) if (socket?.destroyed === false) bytes += socket.writableLength;
    return bytes;
  }

  /** Cuts readers that let their answers lie, while there is too much of these: of the origin with most, the oldest first. */
  #freeUnsent(): void {
    while (this.#unsent() > this.#options.limits.unsent) {
      const lying = [...this.#responses].flatMap(({ socket }) => (socket && this.#held.get(socket)) ?? []);
      const origins = [...Map.groupBy(lying, ({ origin }) => origin).values()];
      const [greediest = []] = origins.toSorted((one, other) => unsentOf(other) - unsentOf(one));
      this.#drop(greediest.find(({ socket }) => socket.writableLength > 0));
    }
  }
}

function unsentOf(held: readonly Held[]): number {
  return held.reduce((sum, { socket }) => sum + socket.writableLength, 0);
}
