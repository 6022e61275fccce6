/** The responder's sockets: one for each address and transport, opened again when what was in the way is gone. */
import type { Trouble } from "../../base/trouble.ts";
import { findPortHolder } from "../../platform/port-holder.ts";
import { runProgram } from "../../base/process.ts";
import { errorCode } from "../../base/errors.ts";
import type { ListenAddress } from "../../records/listen-address.ts";
import type { Answerer } from "./answerer.ts";
import type { HeldSocket, SocketPlace, Transport } from "../../engine/responder.ts";
import { type SocketFailure, failureOf, socketTroubles } from "./socket-trouble.ts";
import { TCPConnections, openTCP } from "./tcp.ts";
import { type OpenSocket, openUDP } from "./udp.ts";

export interface SocketsOptions {
  readonly places: readonly ListenAddress[];
  /** Those that are open already; no other is opened for their address. */
  readonly held: readonly HeldSocket[];
  readonly to: Answerer;
  /** Called when a socket opened or failed after the start. */
  readonly onChange: () => void;
}

interface State extends SocketPlace {
  readonly descriptor?: number;
  socket?: OpenSocket | undefined;
  failure?: SocketFailure | undefined;
}

/** Milliseconds between two looks at what could not be opened. */
const retryAfter = 2000;

const transports: readonly Transport[] = ["udp", "tcp"];

export class Sockets implements AsyncDisposable {
  readonly #options: SocketsOptions;
  readonly #states: readonly State[];
  readonly #connections = new TCPConnections();
  #timer: NodeJS.Timeout | undefined;
  #opening: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: SocketsOptions) {
    this.#options = options;
    const { held, places } = options;
    const isHeld = (wanted: SocketPlace): boolean =>
      held.some(({ place, transport }) => isSame(place, wanted.place) && transport === wanted.transport);
    const wanted = places.flatMap((place) => transports.map((transport) => ({ place, transport })));
    this.#states = [...held.map((each) => ({ ...each })), ...wanted.filter((each) => !isHeld(each))];
  }

  /** The sockets, and whether each is open. */
  get facts(): readonly (SocketPlace & { readonly isOpen: boolean })[] {
    return this.#states.map(({ place, transport, socket }) => ({ place, transport, isOpen: socket !== undefined }));
  }

  /** Why some are not open. An address of a family that this machine does not have is none of them. */
  get troubles(): readonly Trouble[] {
    const failed = this.#states.flatMap(({ place, transport, failure }) =>
      failure === undefined || isAbsentFamily(place, failure) ? [] : [{ place: { place, transport }, failure }],
    );
    return socketTroubles(failed);
  }

  /** Opens every socket that is not open, and tries those that fail again later. Never throws. */
  open(): Promise<void> {
    return (this.#opening ??= this.#open().finally(() => (this.#opening = undefined)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#opening;
    for (const state of this.#states) await this.#close(state);
  }

  async #open(): Promise<void> {
    for (const state of this.#states) if (state.socket === undefined) await this.#openOne(state);
    if (this.#states.some(({ socket }) => socket === undefined)) this.#retryLater();
  }

  #retryLater(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#retry(), retryAfter).unref();
  }

  async #retry(): Promise<void> {
    const before = this.#summary();
    await this.open();
    if (this.#summary() !== before) this.#options.onChange();
  }

  async #openOne(state: State): Promise<void> {
    if (this.#isClosed) return;
    const { place, transport, descriptor } = state;
    const where = descriptor === undefined ? place : { ...place, descriptor };
    const { to } = this.#options;
    try {
      const socket = await (transport === "udp" ? openUDP(where, to) : openTCP(where, to, this.#connections));
      socket.onFailure = (error) => void this.#fail(state, error);
      state.socket = socket;
      state.failure = undefined;
    } catch (error) {
      // The program that has the port is looked for once, and not at each new try.
      if (state.failure?.code !== errorCode(error)) state.failure = failureOf(error, await findHolder(state, error));
    }
  }

  async #fail(state: State, error: Error): Promise<void> {
    await this.#close(state);
    state.failure = failureOf(error, undefined);
    this.#options.onChange();
    this.#retryLater();
  }

  async #close(state: State): Promise<void> {
    const { socket } = state;
    state.socket = undefined;
    await socket?.[Symbol.asyncDispose]();
  }

  #summary(): string {
    return this.#states.map(({ socket, failure }) => (socket === undefined ? failure?.code : "open")).join();
  }
}

async function findHolder({ place, transport }: SocketPlace, error: unknown) {
  return errorCode(error) === "EADDRINUSE" ? findPortHolder(place.port, runProgram, transport) : undefined;
}

function isSame(one: ListenAddress, other: ListenAddress): boolean {
  return one.address === other.address && one.port === other.port;
}

/** Without IPv6 there is no `::1`, and nobody asks there. */
function isAbsentFamily({ address }: ListenAddress, { code }: SocketFailure): boolean {
  return address === "::1" && ["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(code);
}
