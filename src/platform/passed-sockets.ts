/** Finds out where sockets are that this process was given open: Node can use such a descriptor, and cannot ask about it before. */
import { fstatSync, readFileSync } from "node:fs";
import { endianness } from "node:os";
import { type Address, parseAddress } from "../records/address.ts";
import type { ListenAddress } from "../records/listen-address.ts";

/** A socket that is open already. */
export interface PassedSocket {
  readonly place: ListenAddress;
  readonly transport: "udp" | "tcp";
  readonly descriptor: number;
}

/** The kernel's tables of sockets, by transport and family (proc(5)). */
const tables = [
  ["udp", "udp"],
  ["udp6", "udp"],
  ["tcp", "tcp"],
  ["tcp6", "tcp"],
] as const;

/** Finds the sockets; a descriptor of something else is left out. */
export function findPassedSockets(descriptors: readonly number[]): readonly PassedSocket[] {
  if (descriptors.length === 0) return [];
  const known = tables.flatMap(([table, transport]) =>
    readSockets(readTable(table)).map((socket) => ({ ...socket, transport })),
  );
  return descriptors.flatMap((descriptor) => {
    const inode = String(fstatSync(descriptor).ino);
    const found = known.find((socket) => socket.inode === inode);
    return found === undefined ? [] : [{ place: found.place, transport: found.transport, descriptor }];
  });
}

/** Without IPv6 its tables are not there. */
function readTable(name: string): string {
  try {
    return readFileSync(`/proc/self/net/${name}`, "utf8");
  } catch {
    return "";
  }
}

/**
 * Reads a table of sockets.
 *
 * @param table - lines as in `0: 0100007F:150F 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 4711 ...`
 */
export function readSockets(table: string): readonly { readonly place: ListenAddress; readonly inode: string }[] {
  return table.split("\n").flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const [, digits = "", port = ""] = /^([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4})$/.exec(words[1] ?? "") ?? [];
    const address = readAddress(digits);
    return address === undefined ? [] : [{ place: { address, port: parseInt(port, 16) }, inode: words[9] ?? "" }];
  });
}

/** Of words of 32 bits, each as this machine has it in memory. */
function readAddress(digits: string): Address | undefined {
  const words = digits.match(/.{8}/g) ?? [];
  const octets = words.flatMap((word) => {
    const bytes = word.match(/../g) ?? [];
    return endianness() === "LE" ? bytes.toReversed() : bytes;
  });
  if (octets.length === 4) return parseAddress(octets.map((octet) => parseInt(octet, 16)).join("."));
  return parseAddress((octets.join("").match(/.{4}/g) ?? []).join(":"));
}
