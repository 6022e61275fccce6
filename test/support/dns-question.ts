/** Questions for the responder, and its answers as an independent decoder reads them. */
import dnsPacket, { type DecodedPacket, type OptAnswer, type Question } from "dns-packet";

/** What differs from a plain question. */
export interface QuestionOptions {
  readonly id?: number;
  readonly flags?: number;
  /** Octets that the asker takes over UDP; with them it speaks EDNS. */
  readonly size?: number;
  readonly version?: number;
  /** Flags of the OPT record. */
  readonly ednsFlags?: number;
}

/** A packet that asks for one type of a name. */
export function encodeQuestion(name: string, type: string, options: QuestionOptions = {}): Buffer {
  const { id = 4711, flags = dnsPacket.RECURSION_DESIRED, size, version = 0, ednsFlags = 0 } = options;
  const opt = { type: "OPT", name: ".", udpPayloadSize: size, ednsVersion: version, flags: ednsFlags } as OptAnswer;
  const questions = [{ name, type, class: "IN" } as Question];
  return dnsPacket.encode({ type: "query", id, flags, questions, additionals: size === undefined ? [] : [opt] });
}

/** An answer in short: response code, flags and the records as text. */
export interface ShortAnswer {
  readonly rcode: string;
  readonly answers: readonly string[];
  readonly authorities: readonly string[];
}

export function decodeAnswer(packet: Uint8Array): DecodedPacket & { readonly rcode: string } {
  return dnsPacket.decode(Buffer.from(packet)) as DecodedPacket & { readonly rcode: string };
}

/** The answer in short. */
export function shorten(packet: Uint8Array): ShortAnswer {
  const { rcode, answers = [], authorities = [] } = decodeAnswer(packet);
  return { rcode, answers: answers.map(writeRecord), authorities: authorities.map(writeRecord) };
}

function writeRecord(record: { readonly name: string; readonly type: string; readonly data?: unknown }): string {
  return `${record.name} ${record.type} ${writeData(record.data)}`;
}

function writeData(data: unknown): string {
  if (Array.isArray(data)) return data.map(String).join("|");
  return typeof data === "object" && data !== null ? JSON.stringify(data) : String(data);
}
