/** The responder over UDP: one datagram asks, one answers. */
import { type RemoteInfo, type Socket, createSocket } from "node:dgram";
import { once } from "node:events";
import { type ListenAddress } from "../../records/listen-address.ts";
import { familyOf } from "../../records/address.ts";
import type { Answerer } from "./answerer.ts";

/** Octets that wait in the kernel while something else is done, such as a large change. */
const bufferSize = 1024 * 1024;

/** A socket that answers. */
export interface OpenSocket extends AsyncDisposable {
  /** Called when it fails while it is open. */
  onFailure: (error: Error) => void;
}

/**
 * Opens a socket.
 *
 * @param place - where to listen, or the descriptor of a socket that is there already
 * @throws the system's error
 */
export async function openUDP(
  place: ListenAddress | { readonly descriptor: number },
  to: Answerer,
): Promise<OpenSocket> {
  const type = "address" in place && familyOf(place.address) === "IPv6" ? "udp6" : "udp4";
  const socket = createSocket({
    type,
    ipv6Only: type === "udp6",
    recvBufferSize: bufferSize,
    sendBufferSize: bufferSize,
    // It is always an address, and a name would be looked up for each answer.
    lookup: (address, _, found) => found(null, address, 4),
  });
  try {
    const listening = once(socket, "listening");
    if ("descriptor" in place) socket.bind({ fd: place.descriptor });
    else socket.bind({ address: place.address, port: place.port, exclusive: true });
    await listening;
  } catch (error) {
    socket.close();
    throw error;
  }
  const open: OpenSocket = { onFailure: () => undefined, [Symbol.asyncDispose]: () => close(socket) };
  socket.on("error", (error) => open.onFailure(error));
  socket.on("message", (packet, remote) => answer(socket, packet, remote, to));
  return open;
}

/** One who may not ask, or who asks nothing, hears nothing. */
function answer(socket: Socket, packet: Buffer, { address, port }: RemoteInfo, to: Answerer): void {
  const started = performance.now();
  if (port === 0 || !to.mayAsk(address)) return to.counts.dropped("not-allowed");
  const response = to.answer(packet, "udp");
  if (response === undefined) return to.counts.dropped("malformed");
  socket.send(response.packet, port, address);
  to.counts.answered(response, "udp", started);
}

async function close(socket: Socket): Promise<void> {
  socket.removeAllListeners("error").on("error", () => undefined);
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.close(() => resolve());
  await promise;
}
