/** Asks the responder over real sockets. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type Socket, connect, createServer } from "node:net";
import { type QuestionOptions, encodeQuestion, shorten } from "./dns-question.ts";

/** Where to ask. */
export interface DNSServer {
  readonly address: string;
  readonly port: number;
}

/** Milliseconds after which a datagram counts as lost, which happens where nobody listens yet. */
const lostAfter = 1000;

/**
 * Sends a datagram and waits for the next one.
 *
 * @returns undefined when none came in time
 */
export async function exchangeUDP({ address, port }: DNSServer, packet: Buffer, patience = lostAfter) {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  try {
    const answer = Promise.withResolvers<Buffer | undefined>();
    socket.on("message", (message) => answer.resolve(message));
    socket.on("error", () => answer.resolve(undefined));
    socket.connect(port, address);
    await once(socket, "connect");
    const timer = setTimeout(() => answer.resolve(undefined), patience);
    socket.send(packet);
    const message = await answer.promise;
    clearTimeout(timer);
    return message;
  } finally {
    socket.close();
  }
}

/** Asks over UDP, again when nothing comes back; the answer in short. */
export async function askUDP(server: DNSServer, name: string, type: string, options?: QuestionOptions) {
  for (let turn = 0; turn < 30; turn += 1) {
    const answer = await exchangeUDP(server, encodeQuestion(name, type, options));
    if (answer !== undefined) return shorten(answer);
  }
  throw new Error(`nobody answers on port ${server.port}`);
}

/** A message with its length before it (RFC 1035 section 4.2.2). */
export function frame(packet: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(packet.length);
  return Buffer.concat([length, packet]);
}

/** A connection that collects whole messages. */
export class DNSConnection implements AsyncDisposable {
  readonly socket: Socket;
  readonly messages: Buffer[] = [];
  #waiting = Buffer.alloc(0);

  constructor({ address, port }: DNSServer) {
    this.socket = connect({ host: address, port, allowHalfOpen: true });
    this.socket.on("error", () => undefined);
    this.socket.on("data", (chunk: Buffer) => this.#take(chunk));
  }

  /** Resolves once the other side has ended. */
  get ended(): Promise<void> {
    const { socket } = this;
    return new Promise((resolve) => {
      if (socket.destroyed || socket.readableEnded) resolve();
      for (const event of ["end", "close"]) socket.once(event, () => resolve());
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#waiting = Buffer.concat([this.#waiting, chunk]);
    while (this.#waiting.length >= 2) {
      const end = 2 + this.#waiting.readUInt16BE(0);
      if (this.#waiting.length < end) return;
      this.messages.push(this.#waiting.subarray(2, end));
      this.#waiting = this.#waiting.subarray(end);
    }
  }
}

/** Below the ports that the system gives to sockets that ask for any (Linux ip_local_port_range), so that none takes it. */
const [firstPort, lastPort] = [20_000, 32_000];

/** A port that no socket of either transport has on loopback. */
export async function freeDNSPort(): Promise<number> {
  for (;;) {
    const port = firstPort + Math.floor(Math.random() * (lastPort - firstPort));
    try {
      const server = createServer().listen(port, "::");
      await once(server, "listening");
      const socket = createSocket("udp6").bind(port, "::");
      await once(socket, "listening").finally(() => server.close());
      socket.close();
      return port;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
    }
  }
}
