/** Packets of any bytes, over UDP and TCP: the responder lives, its sockets go on answering, and no answer passes its limit. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, test } from "vitest";
import { responderPlaces, parseListenAddress } from "../../src/records/listen-address.ts";
import { openDNSSink } from "../../src/sinks/dns/dns-sink.ts";
import { DNSConnection, type DNSServer, askUDP, frame, freeDNSPort } from "../support/dns-client.ts";
import { encodeQuestion, shorten } from "../support/dns-question.ts";
import { randomFrom } from "../support/random.ts";
import { viewOfRecords } from "../support/view.ts";

/** To repeat a run that failed, set the seed that its title has. */
const seed = Number(process.env["DNS_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** Packets over each transport together; a run by hand may take a million. */
const amount = Number(process.env["DNS_PACKETS"] ?? 20_000);

/** Packets between two looks at whether the responder still answers. */
const batch = 500;

const view = viewOfRecords(
  ["foo.dtk.io", "A", "192.0.2.7"],
  ["*.apps.dtk.io", "AAAA", "2001:db8::7"],
  ["large.dtk.io", "TXT", "x".repeat(3000)],
);

type Random = () => number;

function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

const questions = ["foo.dtk.io", "x.apps.dtk.io", "large.dtk.io", "dtk.io", "example.com", "."].flatMap((name) =>
  ["A", "TXT", "ANY", "AXFR"].flatMap((type) => [
    encodeQuestion(name, type),
    encodeQuestion(name, type, { size: 4096, ednsFlags: 0x8000 }),
    encodeQuestion(name, type, { size: 10, version: 1 }),
  ]),
);

/** A question with some of its octets changed, taken out, repeated or added; or nothing but random octets. */
function spoil(random: Random): Buffer {
  if (random() < 0.1) return Buffer.from(Array.from({ length: Math.floor(random() * 600) }, () => random() * 256));
  let packet = Buffer.from(pick(questions, random));
  for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) {
    const at = Math.floor(random() * packet.length);
    const octets = Buffer.from(Array.from({ length: 1 + Math.floor(random() * 3) }, () => random() * 256));
    const kind = random();
    if (kind < 0.5) packet[at] = pick([0, 1, 0x29, 0x3f, 0x40, 0xc0, 0xff, Math.floor(random() * 256)], random);
    else if (kind < 0.7) packet = Buffer.concat([packet.subarray(0, at), octets, packet.subarray(at)]);
    else if (kind < 0.9) packet = packet.subarray(0, at);
    else packet = Buffer.concat([packet, packet.subarray(at)]);
  }
  return packet;
}

async function flood(server: DNSServer, count: number, random: Random) {
  const socket = createSocket({ type: "udp4", recvBufferSize: 4 * 1024 * 1024 });
  let answers = 0;
  let longest = 0;
  socket.on("message", (message) => {
    answers += 1;
    longest = Math.max(longest, message.length);
  });
  socket.connect(server.port, server.address);
  await once(socket, "connect");
  for (let sent = 0; sent < count; sent += batch) {
    for (let index = 0; index < batch; index += 1) socket.send(spoil(random));
    expect((await askUDP(server, "foo.dtk.io", "A")).answers).toEqual(["foo.dtk.io A 192.0.2.7"]);
  }
  socket.close();
  return { answers, longest };
}

/** Packets of one connection, which ends with the first that holds no question. */
const perConnection = 10;

/** What is sent is a stream, in which lengths may be wrong as well. */
async function floodTCP(server: DNSServer, count: number, random: Random) {
  let answers = 0;
  for (let sent = 0; sent < count; sent += perConnection) {
    const chunks = Array.from({ length: perConnection }, () =>
      random() < 0.98 ? frame(spoil(random)) : spoil(random),
    );
    answers += (await exchangeTCP(server, Buffer.concat(chunks))).length;
    if (sent % batch > 0) continue;
    const sound = await exchangeTCP(server, frame(encodeQuestion("foo.dtk.io", "A")));
    expect(sound.map((message) => shorten(message).answers)).toEqual([["foo.dtk.io A 192.0.2.7"]]);
  }
  return answers;
}

async function exchangeTCP(server: DNSServer, stream: Buffer): Promise<readonly Buffer[]> {
  await using connection = new DNSConnection(server);
  connection.socket.end(stream);
  await connection.ended;
  return connection.messages;
}

test(`${amount} packets, seed ${seed}`, { timeout: 3_600_000 }, async () => {
  const random = randomFrom(seed);
  const port = await freeDNSPort();
  const listed = ["127.0.0.1", "[::1]"].flatMap((address) => parseListenAddress(`${address}:${port}`) ?? []);
  await using sink = openDNSSink({
    places: responderPlaces(listed),
    mayAsk: () => true,
    onSocketChange: () => undefined,
    now: Date.now,
  });
  await sink.apply(view);
  const server = { address: "127.0.0.1", port };
  const udp = await flood(server, amount / 2, random);
  expect(udp.longest).toBeLessThanOrEqual(1232);
  expect(udp.answers).toBeGreaterThan(amount / 20);
  expect(await floodTCP(server, amount / 2, random)).toBeGreaterThan(amount / 20);
  expect(sink.facts().sockets.every(({ isOpen }) => isOpen)).toBe(true);
  const { drops, latency, queries } = sink.facts();
  process.stderr.write(`${latency.total} answered, ${drops.malformed} dropped, ${queries.length} kinds\n`);
  expect(drops.malformed).toBeGreaterThan(amount / 200);
});
