/** The responder: from a packet and the zones to the packet that answers it, and nothing else. */
import type { Transport } from "../../../engine/responder.ts";
import type { Zones } from "../../../records/zone.ts";
import { type Answer, bareAnswer, findAnswer } from "./answer.ts";
import type { AnswerCache } from "./answer-cache.ts";
import { headerLength, internetClass, optLength, plainUDPLimit, rcodes, tcpLimit, udpLimit } from "./protocol.ts";
import { type Question, readQuestion } from "./question.ts";

/** What answers come from. */
export interface Knowledge {
  readonly zones: Zones;
  /** Of the zones; it grows when they change. */
  readonly serial: number;
  readonly cache: AnswerCache;
}

/** A packet to send, and what it is counted as. */
export interface Response {
  readonly packet: Uint8Array;
  /** What was asked for; undefined where that could not be read. */
  readonly question: Question | undefined;
  readonly rcode: number;
}

/**
 * Answers a packet.
 *
 * @param make - makes room for so many octets, which need not be zero
 * @returns undefined for what gets no answer
 */
export function respond(
  packet: Uint8Array,
  transport: Transport,
  known: Knowledge,
  make: (length: number) => Uint8Array = (length) => new Uint8Array(length),
): Response | undefined {
  const read = readQuestion(packet);
  if (read === undefined) return undefined;
  if (!("end" in read)) {
    const answer = make(headerLength);
    writeHeader(answer, packet, { answer: bareAnswer(read.rcode), isWhole: true, hasQuestion: false, hasOPT: false });
    return { packet: answer, question: undefined, rcode: read.rcode };
  }
  const answer = answerTo(read, known);
  return { packet: assemble({ packet, question: read, answer, transport, make }), question: read, rcode: answer.rcode };
}

function answerTo(question: Question, { zones, serial, cache }: Knowledge): Answer {
  if (question.extended !== undefined && question.extended.version !== 0) return badVersion;
  if (question.class !== internetClass) return refused;
  return cache.get(question) ?? cache.put(question, findAnswer(question, zones, serial));
}

const badVersion = bareAnswer(rcodes.badVersion);
const refused = bareAnswer(rcodes.refused);

/** What is not whole is not sent at all but for the header, which says so (TC), and the asker comes again over TCP. */
function assemble(parts: {
  readonly packet: Uint8Array;
  readonly question: Question;
  readonly answer: Answer;
  readonly transport: Transport;
  readonly make: (length: number) => Uint8Array;
}): Uint8Array {
  const { packet, question, answer, transport, make } = parts;
  const { end, extended } = question;
  const around = end + (extended === undefined ? 0 : optLength);
  const isWhole = around + answer.sections.length <= limitOf(question, transport);
  const result = make(around + (isWhole ? answer.sections.length : 0));
  for (let at = headerLength; at < end; at += 1) result[at] = packet[at] ?? 0;
  if (isWhole) result.set(answer.sections, end);
  writeHeader(result, packet, { answer, isWhole, hasQuestion: true, hasOPT: extended !== undefined });
  if (extended !== undefined) writeOPT(result, answer.rcode, extended.wantsSignatures);
  return result;
}

function limitOf({ extended }: Question, transport: Transport): number {
  if (transport === "tcp") return tcpLimit;
  return extended === undefined ? plainUDPLimit : Math.min(Math.max(extended.size, plainUDPLimit), udpLimit);
}

/** Everything is set, since the room may hold anything (RFC 1035 section 4.1.1). */
function writeHeader(
  result: Uint8Array,
  packet: Uint8Array,
  facts: {
    readonly answer: Answer;
    readonly isWhole: boolean;
    readonly hasQuestion: boolean;
    readonly hasOPT: boolean;
  },
): void {
  const { answer, isWhole, hasQuestion, hasOPT } = facts;
  const [answers, authorities] = isWhole ? [answer.answers, answer.authorities] : [0, 0];
  result[0] = packet[0] ?? 0;
  result[1] = packet[1] ?? 0;
  // The operation and RD are the asker's; RA is never set, since nothing is asked of others.
  result[2] = 0x80 | ((packet[2] ?? 0) & 0x79) | (answer.isAuthoritative ? 0x04 : 0) | (isWhole ? 0 : 0x02);
  result[3] = answer.rcode & 0x0f;
  result[4] = 0;
  result[5] = hasQuestion ? 1 : 0;
  result[6] = answers >>> 8;
  result[7] = answers & 0xff;
  result[8] = 0;
  result[9] = authorities;
  result[10] = 0;
  result[11] = hasOPT ? 1 : 0;
}

/** The last record (RFC 6891 section 6.1). */
function writeOPT(result: Uint8Array, rcode: number, wantsSignatures: boolean): void {
  const at = result.length - optLength;
  const octets = [0, 0, 41, udpLimit >>> 8, udpLimit & 0xff, rcode >>> 4, 0, wantsSignatures ? 0x80 : 0, 0, 0, 0];
  result.set(octets, at);
}
