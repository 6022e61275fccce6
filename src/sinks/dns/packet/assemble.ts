/** Writes the packet that answers another one, all of it once, into room that is just as large. */
import { setLength } from "../../../records/zone-records.ts";
import { type AdditionalSet, findAdditional } from "./additional.ts";
import { type Answer, type Knowledge, bareAnswer } from "./answer.ts";
import { headerLength, optLength, udpLimit } from "./protocol.ts";
import type { Question } from "./question.ts";
import { writeSet, writeShort } from "./writer.ts";

/** Makes room for so many octets, which need not be zero. */
export type MakeRoom = (length: number) => Uint8Array;

/** An answer to what holds no question that could be read: a header alone. */
export function assembleBare(packet: Uint8Array, rcode: number, make: MakeRoom): Uint8Array {
  const result = make(headerLength);
  writeHeader(result, packet, bareAnswer(rcode), true);
  return result;
}

/**
 * Writes an answer to a question.
 *
 * @param parts - `limit`: octets that the packet may have
 */
export function assemble(parts: {
  readonly packet: Uint8Array;
  readonly question: Question;
  readonly answer: Answer;
  readonly known: Knowledge;
  readonly limit: number;
  readonly make: MakeRoom;
}): Uint8Array {
  const { packet, question, answer, known, limit, make } = parts;
  const { end, extended } = question;
  const { set, zoneAt } = answer;
  const around = end + (extended === undefined ? 0 : optLength);
  const length = around + (set === undefined ? 0 : setLength(set)) + (zoneAt === undefined ? 0 : known.soa.length);
  // What is not whole is not sent at all but for the header, which says so (TC), and the asker comes again over TCP.
  const isWhole = length <= limit;
  const additional = isWhole && set !== undefined ? findAdditional(set, known, limit - length) : none;
  const result = make(isWhole ? additional.reduce((sum, each) => sum + each.length, length) : around);
  writeHeader(result, packet, answer, isWhole);
  result[5] = 1;
  for (let at = headerLength; at < end; at += 1) result[at] = packet[at] ?? 0;
  let at = end;
  if (isWhole && set !== undefined) {
    at = writeSet(result, at, set, headerLength);
    writeShort(result, 6, set.records.length);
  }
  if (isWhole && zoneAt !== undefined) {
    at = writeSOA(result, at, known.soa, zoneAt);
    writeShort(result, 8, 1);
  }
  let others = 0;
  for (const each of additional) {
    at = writeSet(result, at, each.set, each.name);
    others += each.set.records.length;
  }
  if (extended !== undefined) {
    writeOPT(result, at, answer.rcode, extended.wantsSignatures);
    others += 1;
  }
  writeShort(result, 10, others);
  return result;
}

const none: readonly AdditionalSet[] = [];

/** Everything is set, since the room may hold anything (RFC 1035 section 4.1.1); the counts are zero. */
function writeHeader(
  result: Uint8Array,
  packet: Uint8Array,
  { rcode, isAuthoritative }: Answer,
  isWhole: boolean,
): void {
  result[0] = packet[0] ?? 0;
  result[1] = packet[1] ?? 0;
  // The operation and RD are the asker's; RA is never set, since nothing is asked of others.
  result[2] = 0x80 | ((packet[2] ?? 0) & 0x79) | (isAuthoritative ? 0x04 : 0) | (isWhole ? 0 : 0x02);
  result[3] = rcode & 0x0f;
  for (let at = 4; at < headerLength; at += 1) result[at] = 0;
}

function writeSOA(result: Uint8Array, at: number, soa: Uint8Array, zoneAt: number): number {
  result.set(soa, at);
  writeShort(result, at, 0xc000 | zoneAt);
  return at + soa.length;
}

/** The last record (RFC 6891 section 6.1). */
function writeOPT(result: Uint8Array, at: number, rcode: number, wantsSignatures: boolean): void {
  const octets = [0, 0, 41, udpLimit >>> 8, udpLimit & 0xff, rcode >>> 4, 0, wantsSignatures ? 0x80 : 0, 0, 0, 0];
  result.set(octets, at);
}
