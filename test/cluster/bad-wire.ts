/** A bad wire to a port of loopback: it delays, breaks what it carries into small pieces, refuses, and cuts wherever a test wants. */
import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface BadWire extends AsyncDisposable {
  readonly port: number;
  /** Cuts every connection. */
  readonly cut: () => void;
  /** While it is set, a new connection is closed at once. */
  isRefusing: boolean;
  /** How the bytes of the answers are carried. */
  carry: Carry;
  /** How many connections were cut by {@link Carry}. */
  readonly cuts: () => number;
}

/** Says at which byte a piece ends, and whether the connection is cut there; undefined for a piece that passes as it is. */
export type Carry = (bytes: Buffer) => { readonly at: number; readonly isCut: boolean } | undefined;

/** Passes everything. */
export const carryAll: Carry = () => undefined;

/** Breaks or cuts after the first byte of a character that has several. */
export function inCharacters(isCut: () => boolean): Carry {
  return (bytes) => {
    const at = bytes.findIndex((byte) => byte >= 0xc2) + 1;
    return at === 0 ? undefined : { at, isCut: isCut() };
  };
}

/** Breaks or cuts at a random byte. */
export function anywhere(random: () => number, isCut: () => boolean): Carry {
  return (bytes) => ({ at: Math.ceil(random() * bytes.length), isCut: isCut() });
}

/** Milliseconds between the pieces. */
const delay = 3;

/** Lays it. */
export async function layBadWire(target: number): Promise<BadWire> {
  const sockets = new Set<Socket>();
  const state = { isRefusing: false, carry: carryAll, cuts: 0 };
  const server = createServer({ noDelay: true }, (caller) => {
    caller.on("error", () => caller.destroy());
    if (state.isRefusing) return void caller.destroy();
    const answerer = connect(target, "127.0.0.1");
    const end = (): void => [caller, answerer].forEach((socket) => socket.destroy());
    for (const socket of [caller, answerer]) {
      sockets.add(socket.on("error", end).on("close", end));
      socket.on("close", () => sockets.delete(socket));
    }
    caller.pipe(answerer);
    void carryAnswers(answerer, caller, state)
      .catch(() => undefined)
      .finally(end);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    get isRefusing() {
      return state.isRefusing;
    },
    set isRefusing(isRefusing) {
      state.isRefusing = isRefusing;
    },
    get carry() {
      return state.carry;
    },
    set carry(carry) {
      state.carry = carry;
    },
    cuts: () => state.cuts,
    [Symbol.asyncDispose]: async () => {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}

async function carryAnswers(from: Socket, to: Socket, state: { readonly carry: Carry; cuts: number }): Promise<void> {
  for await (const chunk of from as AsyncIterable<Buffer>) {
    for (let rest = chunk; rest.length > 0;) {
      const piece = state.carry(rest) ?? { at: rest.length, isCut: false };
      to.write(rest.subarray(0, piece.at));
      rest = rest.subarray(piece.at);
      if (piece.isCut) {
        state.cuts += 1;
        // What was written arrives, and nothing after it.
        return void to.end();
      }
      if (rest.length > 0) await sleep(delay);
    }
  }
}
