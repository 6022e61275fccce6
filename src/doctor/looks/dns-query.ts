/** Asks a DNS server whether it is there at all: one question (RFC 1035 section 4), over UDP or TCP, and any answer to it counts. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import type { ListenAddress } from "../../records/listen-address.ts";
import { familyOf } from "../../records/address.ts";

const [typeSOA, internetClass] = [6, 1];

/** Milliseconds; a server on this machine answers in one. */
const patience = 2000;

/** Whether something answers a question about a domain. */
export async function answersQuery(
  { address, port }: ListenAddress,
  transport: "udp" | "tcp",
  domain: string,
): Promise<boolean> {
  const question = writeQuestion(Math.floor(Math.random() * 0x1_0000), domain);
  const signal = AbortSignal.timeout(patience);
  try {
    const answer = await (transport === "udp" ? askUDP : askTCP)({ address, port, question, signal });
    return answer.length >= 12 && answer.readUInt16BE(0) === question.readUInt16BE(0);
  } catch {
    return false;
  }
}

interface Query {
  readonly address: ListenAddress["address"];
  readonly port: number;
  readonly question: Buffer;
  readonly signal: AbortSignal;
}

async function askUDP({ address, port, question, signal }: Query): Promise<Buffer> {
  const socket = createSocket(familyOf(address) === "IPv6" ? "udp6" : "udp4");
  try {
    const connected = once(socket, "connect", { signal });
    socket.connect(port, address);
    await connected;
    const answer = once(socket, "message", { signal }) as Promise<[Buffer]>;
    socket.send(question);
    return (await answer)[0];
  } finally {
    socket.close();
  }
}

/** Each message has its length before it (RFC 1035 section 4.2.2). */
async function askTCP({ address, port, question, signal }: Query): Promise<Buffer> {
  const socket = connect({ host: address, port, signal });
  try {
    await once(socket, "connect");
    const length = Buffer.alloc(2);
    length.writeUInt16BE(question.length);
    socket.write(Buffer.concat([length, question]));
    let received = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) break;
    }
    return received.subarray(2);
  } finally {
    socket.destroy();
  }
}

function writeQuestion(id: number, domain: string): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(1, 4);
  const labels = domain.split(".").map((label) => Buffer.from(label, "latin1"));
  const name = labels.flatMap((label) => [Buffer.from([label.length]), label]);
  return Buffer.concat([header, ...name, Buffer.from([0, 0, typeSOA, 0, internetClass])]);
}
