/** Where sockets are that a process was given, by the kernel's own tables. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { endianness } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { findPassedSockets, readSockets } from "./passed-sockets.ts";

async function openUDP(type: "udp4" | "udp6", address: string): Promise<number> {
  const socket = createSocket(type);
  socket.bind(0, address);
  await once(socket, "listening");
  onTestFinished(() => void socket.close());
  return socket.address().port;
}

async function openTCP(address: string): Promise<number> {
  const server = createServer();
  server.listen(0, address);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const place = server.address();
  return typeof place === "object" ? (place?.port ?? 0) : 0;
}

test("sockets of both families and transports are found by their descriptors", async () => {
  const wanted = [
    `udp 127.0.0.1 ${await openUDP("udp4", "127.0.0.1")}`,
    `udp ::1 ${await openUDP("udp6", "::1")}`,
    `tcp 127.0.0.1 ${await openTCP("127.0.0.1")}`,
    `tcp ::1 ${await openTCP("::1")}`,
  ];
  const found = findPassedSockets(ownSockets()).map(
    ({ place, transport }) => `${transport} ${place.address} ${place.port}`,
  );
  expect(found).toEqual(expect.arrayContaining(wanted));
});

/** Every descriptor of this process that is a socket. */
function ownSockets(): readonly number[] {
  return readdirSync("/proc/self/fd").flatMap((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith("socket:") ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

test("what is no socket is left out, and nothing is read for nothing", () => {
  const descriptor = openSync("/dev/null", "r");
  onTestFinished(() => closeSync(descriptor));
  expect(findPassedSockets([descriptor])).toEqual([]);
  expect(findPassedSockets([])).toEqual([]);
});

test.runIf(endianness() === "LE")("the kernel's tables are read", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  514: 0100007F:150F 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2 0000000000000000 0
`;
  const table6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: B80D0120000000000000000001000000:0035 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0
`;
  expect(readSockets(table)).toEqual([{ place: { address: "127.0.0.1", port: 5391 }, inode: "4711" }]);
  expect(readSockets(table6)).toEqual([{ place: { address: "2001:db8::1", port: 53 }, inode: "4712" }]);
  expect(readSockets("")).toEqual([]);
});
