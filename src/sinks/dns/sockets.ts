/** The responder's sockets: one for each address and transport, opened again when what was in the way is gone. */
import type { Trouble } from "../../base/trouble.ts";
import { runBare } from "../../base/process.ts";
import { platform } from "../../platform/current.ts";
import { systemNetworks } from "../../platform/networks.ts";
import { type PortHolder, findPortHolder } from "../../platform/port-holder.ts";
import { type Address, isLoopback, parseAddress } from "../../records/address.ts";
import type { ListenAddress } from "../../records/listen-address.ts";
import type { HeldSocket, SocketPlace, Transport } from "../../engine/responder.ts";
import type { Answerer } from "./answerer.ts";
import { type SocketFailure, addressGone, failureOf, isForbidden, socketTroubles } from "./socket-trouble.ts";
import { TCPConnections, openTCP } from "./tcp.ts";
import { type OpenSocket, openUDP } from "./udp.ts";

export interface SocketsOptions {
  readonly places: readonly ListenAddress[];
  /** Those that are open already; no other is opened for their address. */
  readonly held: readonly HeldSocket[];
  /** Whether somebody asked for the responder. */
  readonly isAsked: boolean;
  readonly to: Answerer;
  /** Called when a socket opened or failed after the start, and when it became known why one is closed. */
  readonly onChange: () => void;
}

interface State extends SocketPlace {
  readonly descriptor?: number;
  socket?: OpenSocket | undefined;
  failure?: SocketFailure | undefined;
}

/** Milliseconds between two looks at what could not be opened, and at addresses that come and go. */
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
      failure === undefined || !failure.isExplained || isAbsentFamily(place, failure)
        ? []
        : [{ place: { place, transport }, failure }],
    );
    return socketTroubles(failed, this.#options.isAsked);
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
    if (this.#states.some(({ failure }) => failure?.isExplained === false)) void this.#explain();
    if (this.#states.some((state) => state.socket === undefined || mayLeave(state))) this.#retryLater();
  }

  #retryLater(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#retry(), retryAfter).unref();
  }

  async #retry(): Promise<void> {
    const before = this.#summary();
    await this.#closeThoseGone();
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
      socket.onFailure = (error) => void this.#fail(state, failureOf(error));
      state.socket = socket;
      state.failure = undefined;
    } catch (error) {
      const failure = failureOf(error);
      // What is known of the reason is not looked for at each new try.
      if (state.failure?.code !== failure.code) state.failure = failure;
    }
  }

  async #fail(state: State, failure: SocketFailure): Promise<void> {
    await this.#close(state);
    state.failure = { ...failure, isExplained: true };
    this.#options.onChange();
    this.#retryLater();
  }

  /** A socket whose address is gone would wait for it in silence. One of the service manager's does. */
  async #closeThoseGone(): Promise<void> {
    if (!this.#states.some(mayLeave)) return;
    const here = new Set(systemNetworks.interfaces().map(({ address }) => parseAddress(address)));
    for (const state of this.#states) {
      if (state.socket === undefined || !mayLeave(state) || here.has(state.place.address)) continue;
      await this.#close(state);
      state.failure = addressGone;
    }
  }

  /** Finds the programs that have the ports; that takes a while, for which nothing waits. */
  async #explain(): Promise<void> {
    const before = JSON.stringify(this.troubles);
    const found = new Map<string, Promise<PortHolder | undefined>>();
    const unexplained = this.#states.filter(({ failure }) => failure?.isExplained === false);
    for (const state of unexplained) {
      const { failure, place, transport } = state;
      if (failure === undefined) continue;
      const key = `${failure.code} ${transport} ${place.port}`;
      const finding = found.get(key) ?? findHolder(state, failure).catch(() => undefined);
      found.set(key, finding);
      const holder = await finding;
      if (state.failure === failure) state.failure = { ...failure, holder, isExplained: true };
    }
    if (!this.#isClosed && JSON.stringify(this.troubles) !== before) this.#options.onChange();
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

async function findHolder({ place: { port }, transport }: SocketPlace, failure: SocketFailure) {
  if (isForbidden(failure)) return platform.services.findTakenPort(port, transport);
  return failure.code === "EADDRINUSE" ? findPortHolder(port, runBare, transport) : undefined;
}

function isSame(one: ListenAddress, other: ListenAddress): boolean {
  return one.address === other.address && one.port === other.port;
}

/** The address of a bridge comes and goes with its cluster. */
function mayLeave({ place, descriptor }: State): boolean {
  return descriptor === undefined && !isLoopback(place.address);
}

/** Without IPv6 there is no `::1`, and nobody asks there. */
function isAbsentFamily({ address }: { readonly address: Address }, { code }: SocketFailure): boolean {
  return address === "::1" && ["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(code);
}
