/** The responder over TCP (RFC 7766): several questions on one connection, each after its length, and none that holds it for long. */
import { once } from "node:events";
import { type Server, type Socket, createServer } from "node:net";
import { type ListenAddress } from "../../records/listen-address.ts";
import type { Answerer } from "./answerer.ts";
import type { OpenSocket } from "./udp.ts";

/** Limits of connections, so that nobody can take all of them, nor the memory. */
export interface TCPLimits {
  readonly connections: number;
  readonly perAddress: number;
  /** Milliseconds without a whole question, or without anyone who takes the answers, after which a connection ends. */
  readonly idle: number;
  /** Octets of answers that wait for their asker, beyond which no more of its questions are read. */
  readonly unsent: number;
}

export const tcpLimits: TCPLimits = { connections: 100, perAddress: 20, idle: 10_000, unsent: 256 * 1024 };

/** The connections of all sockets together. */
export class TCPConnections {
  readonly #limits: TCPLimits;
  readonly #open = new Map<Socket, string>();

  constructor(limits: TCPLimits = tcpLimits) {
    this.#limits = limits;
  }

  /** Takes in a connection, or ends it at once. */
  accept(socket: Socket, to: Answerer): void {
    const { remoteAddress = "" } = socket;
    if (!to.mayAsk(remoteAddress)) {
      to.counts.dropped("not-allowed");
      socket.resetAndDestroy();
      return;
    }
    if (!this.#hasRoom(remoteAddress)) {
      to.counts.dropped("too-many-connections");
      socket.destroy();
      return;
    }
    this.#open.set(socket, remoteAddress);
    socket.once("close", () => this.#open.delete(socket));
    serve(socket, to, this.#limits);
  }

  /** Ends all of them. */
  end(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  #hasRoom(address: string): boolean {
    const same = [...this.#open.values()].filter((other) => other === address);
    return this.#open.size < this.#limits.connections && same.length < this.#limits.perAddress;
  }
}

/**
 * Opens a socket that takes connections.
 *
 * @param place - where to listen, or the descriptor of a socket that is there already
 * @throws the system's error
 */
export async function openTCP(
  place: ListenAddress | { readonly descriptor: number },
  to: Answerer,
  connections: TCPConnections,
): Promise<OpenSocket> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => connections.accept(socket, to));
  const listening = once(server, "listening");
  if ("descriptor" in place) server.listen({ fd: place.descriptor });
  else server.listen({ host: place.address, port: place.port, ipv6Only: true, exclusive: true });
  await listening;
  const open: OpenSocket = { onFailure: () => undefined, [Symbol.asyncDispose]: () => close(server, connections) };
  server.on("error", (error) => open.onFailure(error));
  return open;
}

async function close(server: Server, connections: TCPConnections): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  connections.end();
  await promise;
}

/** Octets of the length before each message. */
const prefixLength = 2;

/** Answers on a connection until it ends. */
function serve(socket: Socket, to: Answerer, { idle, unsent }: TCPLimits): void {
  let waiting: Buffer = Buffer.alloc(0);
  let isEnding = false;
  const timer = setTimeout(() => socket.destroy(), idle);
  const work = (): void => {
    for (;;) {
      if (socket.writableLength > unsent) {
        socket.pause();
        return;
      }
      const message = firstMessage(waiting);
      if (message === undefined) break;
      waiting = waiting.subarray(prefixLength + message.length);
      if (!answer(socket, message, to)) {
        socket.destroy();
        return;
      }
      timer.refresh();
    }
    socket.resume();
    if (isEnding) socket.end();
  };
  socket.on("data", (chunk: Buffer) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    work();
  });
  socket.on("drain", work);
  socket.on("end", () => {
    isEnding = true;
    work();
  });
  socket.on("error", () => socket.destroy());
  socket.once("close", () => clearTimeout(timer));
}

function firstMessage(waiting: Buffer): Buffer | undefined {
  if (waiting.length < prefixLength) return undefined;
  const end = prefixLength + waiting.readUInt16BE(0);
  return end <= waiting.length ? waiting.subarray(prefixLength, end) : undefined;
}

/** Whether the connection goes on: after what holds no question, nobody knows where the next one begins. */
function answer(socket: Socket, message: Buffer, to: Answerer): boolean {
  const started = performance.now();
  const response = to.answer(message, "tcp");
  if (response === undefined) {
    to.counts.dropped("malformed");
    return false;
  }
  const { packet } = response;
  const frame = Buffer.allocUnsafe(prefixLength + packet.length);
  frame.writeUInt16BE(packet.length, 0);
  frame.set(packet, prefixLength);
  socket.write(frame);
  to.counts.answered(response, "tcp", started);
  return true;
}
