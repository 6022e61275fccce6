/** The responder: from a packet and the zones to the packet that answers it, and nothing else. */
import type { Transport } from "../../../engine/responder.ts";
import { type Answer, type Knowledge, bareAnswer, findAnswer } from "./answer.ts";
import { type MakeRoom, assemble, assembleBare } from "./assemble.ts";
import { internetClass, plainUDPLimit, rcodes, tcpLimit, udpLimit } from "./protocol.ts";
import { type Question, readQuestion } from "./question.ts";

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
 * @returns undefined for what gets no answer
 */
export function respond(
  packet: Uint8Array,
  transport: Transport,
  known: Knowledge,
  make: MakeRoom = (length) => new Uint8Array(length),
): Response | undefined {
  const question = readQuestion(packet);
  if (question === undefined) return undefined;
  if (!("end" in question)) {
    const { rcode } = question;
    return { packet: assembleBare(packet, rcode, make), question: undefined, rcode };
  }
  const answer = answerTo(question, known);
  const limit = limitOf(question, transport);
  return { packet: assemble({ packet, question, answer, known, limit, make }), question, rcode: answer.rcode };
}

function answerTo(question: Question, known: Knowledge): Answer {
  if (question.extended !== undefined && question.extended.version !== 0) return badVersion;
  return question.class === internetClass ? findAnswer(question, known) : refused;
}

const badVersion = bareAnswer(rcodes.badVersion);
const refused = bareAnswer(rcodes.refused);

function limitOf({ extended }: Question, transport: Transport): number {
  if (transport === "tcp") return tcpLimit;
  return extended === undefined ? plainUDPLimit : Math.min(Math.max(extended.size, plainUDPLimit), udpLimit);
}
