/** A DNS server of a few lines: answers A for what lies below its domains, and writes down every name that it is asked about. It stands alone, so that a machine of any kind can run it. */
import { createSocket } from "node:dgram";
import { appendFileSync } from "node:fs";

/** What it is started with, as JSON. */
export interface ToyOptions {
  readonly address: string;
  readonly port: number;
  /** Domains whose names, at any depth, have the address; as an authority where there is a mailbox for the SOA. */
  readonly domains: Readonly<Record<string, string>>;
  /** What is said of all other names: 3 (they do not exist) or 5 (refused). */
  readonly otherwise: 3 | 5;
  /** A file, to which each question is appended as a line. */
  readonly log: string;
}

const [given] = process.argv.slice(2);
if (given !== undefined) serve(JSON.parse(given) as ToyOptions);

function serve({ address, port, domains, otherwise, log }: ToyOptions): void {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  socket.on("message", (question, from) => {
    const { name, type, end } = read(question);
    appendFileSync(log, `${name} ${type}\n`);
    const found = Object.entries(domains).find(([domain]) => name === domain || name.endsWith(`.${domain}`));
    socket.send(answer(question.subarray(0, end), { type, address: found?.[1], otherwise }), from.port, from.address);
  });
  socket.bind(port, address, () => process.stdout.write("open\n"));
}

function read(question: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString("latin1", at + 1, at + 1 + length).toLowerCase());
    at += 1 + length;
  }
  return { name: labels.join("."), type: question.readUInt16BE(at + 1), end: at + 5 };
}

const [typeA, typeSOA] = [1, 6];

/** RFC 1035 section 4. The one record, if any, belongs to the name of the question. */
function answer(
  question: Buffer,
  known: { readonly type: number; readonly address: string | undefined; readonly otherwise: number },
): Buffer {
  const { type, address, otherwise } = known;
  const data = address === undefined ? undefined : dataOf(type, address);
  const head = Buffer.from(question);
  head.writeUInt16BE(0x8400 | (address === undefined ? otherwise : 0), 2);
  head.writeUInt16BE(data === undefined ? 0 : 1, 6);
  head.writeUInt32BE(0, 8);
  if (data === undefined) return head;
  const record = Buffer.alloc(12);
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(type, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(1, 6);
  record.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, record, data]);
}

function dataOf(type: number, address: string): Buffer | undefined {
  if (type === typeA) return Buffer.from(address.split(".").map(Number));
  if (type !== typeSOA) return undefined;
  // "ns." and "mail.", and five numbers.
  return Buffer.concat([Buffer.from("\x02ns\x00\x04mail\x00", "latin1"), Buffer.alloc(20, 1)]);
}
