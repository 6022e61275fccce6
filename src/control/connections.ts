/** The connections of a server: how many each address may hold, which of them are busy, and how they end. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Connections of one address beyond which its requests are answered 503. */
const politeMost = 64;
/** Connections of one address beyond which they are cut at once. */
const hardMost = 128;
/** Connections of all addresses beyond which they are cut at once. */
const totalMost = 1024;

export class Connections {
  readonly #sockets = new Set<Socket>();
  readonly #over = new WeakSet<object>();
  readonly #perAddress = new Map<string, number>();
  readonly #responses = new Set<ServerResponse>();
  #isDraining = false;
  #lastRequestAt = performance.now();

  /** Watches the server's connections; must be called before any comes. */
  constructor(server: Server) {
    server.maxConnections = totalMost;
    server.prependListener("connection", (socket: Socket) => this.#accept(socket));
    server.prependListener("request", (request: IncomingMessage, response: ServerResponse) =>
      this.#track(request, response),
    );
  }

  /** Whether the address of this connection holds more than it may. */
  isOver(socket: object): boolean {
    return this.#over.has(socket);
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

  /** Milliseconds since a request came or was answered, or the end was announced; 0 while one is being answered. */
  quietFor(): number {
    return this.#responses.size > 0 ? 0 : performance.now() - this.#lastRequestAt;
  }

  /** Cuts every connection that still stands. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    const remote = socket.remoteAddress ?? "";
    const count = (this.#perAddress.get(remote) ?? 0) + 1;
    this.#perAddress.set(remote, count);
    this.#sockets.add(socket);
    if (count > politeMost) this.#over.add(socket);
    socket.once("close", () => this.#release(socket, remote));
    if (count > hardMost) socket.destroy();
  }

  #release(socket: Socket, remote: string): void {
    this.#sockets.delete(socket);
    const left = (this.#perAddress.get(remote) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(remote);
    else this.#perAddress.set(remote, left);
  }

  #track(request: IncomingMessage, response: ServerResponse): void {
    this.#lastRequestAt = performance.now();
    this.#responses.add(response);
    if (this.#isDraining || this.isOver(request.socket)) response.shouldKeepAlive = false;
    response.once("close", () => {
      this.#responses.delete(response);
      this.#lastRequestAt = performance.now();
    });
  }
}
