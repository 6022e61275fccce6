/** Reads what is asked out of a packet of any bytes. */
import { headerLength, rcodes, typeCodes } from "./protocol.ts";

/** What an OPT record says of the asker (RFC 6891). */
interface ExtendedDNS {
  /** Octets of an answer that it takes over UDP. */
  readonly size: number;
  readonly version: number;
  /** Whether it wants to see signatures (DO, RFC 3225). */
  readonly wantsSignatures: boolean;
}

export interface Question {
  /** In lower case, without trailing dot; a dot within a label is not `.`, so that no such name is taken for another. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** Where the question ends in the packet. */
  readonly end: number;
  readonly extended: ExtendedDNS | undefined;
}

/** What is wrong with a packet. */
interface Flaw {
  readonly rcode: number;
}

/**
 * Reads a question.
 *
 * @returns the question; a flaw, which is answered; or undefined for what must not be answered: an answer, or less than a
 *   header
 */
export function readQuestion(packet: Uint8Array): Question | Flaw | undefined {
  if (packet.length < headerLength) return undefined;
  const flags = byteAt(packet, 2);
  if ((flags & 0x80) !== 0) return undefined;
  if ((flags & 0x78) !== 0) return { rcode: rcodes.notImplemented };
  // RFC 9619: a query has one question.
  if (shortAt(packet, 4) !== 1) return formatError;
  const found = readName(packet);
  if (found === undefined || found.end + 4 > packet.length) return formatError;
  const end = found.end + 4;
  const extended = readRecords(packet, end);
  if (extended === "flaw") return formatError;
  return { name: found.name, type: shortAt(packet, found.end), class: shortAt(packet, found.end + 2), end, extended };
}

const formatError: Flaw = { rcode: rcodes.formatError };

/** Octets of a name with its length octets (RFC 1035 section 2.3.4). */
const maxNameLength = 255;

/** The code of a character for each octet, as names are compared (RFC 4343). */
const codes: readonly number[] = Array.from({ length: 256 }, (_, octet) => {
  if (octet === 0x2e) return 0x12e;
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
});

/** The name of the question, which nothing comes before that could be pointed to. */
function readName(packet: Uint8Array): { readonly name: string; readonly end: number } | undefined {
  // One text at the end: a text that grows by one character costs more than all the rest of an answer.
  const letters: number[] = [];
  let at = headerLength;
  for (;;) {
    const length = byteAt(packet, at);
    at += 1;
    if (length === 0) break;
    const end = at + length;
    if (length > 63 || end >= packet.length || end - headerLength >= maxNameLength) return undefined;
    if (letters.length > 0) letters.push(0x2e);
    for (; at < end; at += 1) letters.push(codes[byteAt(packet, at)] ?? 0);
  }
  return { name: String.fromCharCode(...letters), end: at };
}

/** What the records after the question say; all that counts is OPT, which is there once and belongs to the root. */
function readRecords(packet: Uint8Array, start: number): ExtendedDNS | "flaw" | undefined {
  const beforeAdditional = shortAt(packet, 6) + shortAt(packet, 8);
  const count = beforeAdditional + shortAt(packet, 10);
  let extended: ExtendedDNS | undefined;
  let at = start;
  for (let index = 0; index < count; index += 1) {
    const fixed = skipName(packet, at);
    if (fixed === undefined || fixed + 10 > packet.length) return "flaw";
    const next = fixed + 10 + shortAt(packet, fixed + 8);
    if (next > packet.length) return "flaw";
    if (shortAt(packet, fixed) === typeCodes.OPT) {
      if (extended !== undefined || index < beforeAdditional || fixed !== at + 1) return "flaw";
      if (!areOptionsWhole(packet, fixed + 10, next)) return "flaw";
      extended = {
        size: shortAt(packet, fixed + 2),
        version: byteAt(packet, fixed + 5),
        wantsSignatures: (byteAt(packet, fixed + 6) & 0x80) !== 0,
      };
    }
    at = next;
  }
  return at === packet.length ? extended : "flaw";
}

/** Options that nobody knows are skipped, but each must be whole. */
function areOptionsWhole(packet: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at + 4 <= end) at += 4 + shortAt(packet, at + 2);
  return at === end;
}

/** Where a name ends that may be written with a pointer (RFC 1035 section 4.1.4). */
function skipName(packet: Uint8Array, start: number): number | undefined {
  let at = start;
  while (at < packet.length) {
    const length = byteAt(packet, at);
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    if (length > 63) return undefined;
    at += 1 + length;
  }
  return undefined;
}

/** Zero where the packet has ended. */
function byteAt(packet: Uint8Array, at: number): number {
  return packet[at] ?? 0;
}

function shortAt(packet: Uint8Array, at: number): number {
  return (byteAt(packet, at) << 8) | byteAt(packet, at + 1);
}
