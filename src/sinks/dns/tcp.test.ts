/** The responder over TCP: many questions on one connection, and connections that would hold it. */
import { expect, onTestFinished, test } from "vitest";
import { DNSConnection, frame, freeDNSPort } from "../../../test/support/dns-client.ts";
import { encodeQuestion, shorten } from "../../../test/support/dns-question.ts";
import { viewOfRecords } from "../../../test/support/view.ts";
import { parseListenAddress } from "../../records/listen-address.ts";
import { finish } from "../../base/steps.ts";
import { zonesInSteps } from "../../records/zone.ts";
import { knowledgeOf } from "./packet/answer.ts";
import { respond } from "./packet/respond.ts";
import { QueryCounts } from "./query-counts.ts";
import { TCPConnections, type TCPLimits, openTCP, tcpLimits } from "./tcp.ts";

const large = "x".repeat(30_000);
const view = viewOfRecords(["foo.dtk.io", "A", "192.0.2.7"], ["large.dtk.io", "TXT", large]);

async function open(limits: Partial<TCPLimits> = {}) {
  const port = await freeDNSPort();
  const place = parseListenAddress(`127.0.0.1:${port}`);
  if (place === undefined) throw new Error("the test's own address is wrong");
  const known = knowledgeOf(finish(zonesInSteps(view)), 1);
  const counts = new QueryCounts();
  const connections = new TCPConnections({ ...tcpLimits, ...limits });
  const to = { answer: (packet: Uint8Array) => respond(packet, "tcp", known), mayAsk: () => true, counts };
  const socket = await openTCP(place, to, connections);
  onTestFinished(() => socket[Symbol.asyncDispose]());
  return { server: { address: "127.0.0.1", port }, counts };
}

const question = frame(encodeQuestion("foo.dtk.io", "A"));

test("questions come together, in pieces and one after the other; each is answered, also after the asker has ended", async () => {
  const { server } = await open();
  await using connection = new DNSConnection(server);
  const many = Buffer.concat(Array.from({ length: 50 }, (_, id) => frame(encodeQuestion("foo.dtk.io", "A", { id }))));
  connection.socket.setNoDelay(true);
  for (let at = 0; at < many.length; at += 7) connection.socket.write(many.subarray(at, at + 7));
  connection.socket.end();
  await connection.ended;
  expect(connection.messages.map((message) => message.readUInt16BE(0))).toEqual(
    Array.from({ length: 50 }, (_, id) => id),
  );
  expect(shorten(connection.messages[49] ?? Buffer.of()).answers).toEqual(["foo.dtk.io A 192.0.2.7"]);
});

test("one that asks for more than it takes waits, and takes no memory", async () => {
  const { server, counts } = await open();
  await using connection = new DNSConnection(server);
  connection.socket.pause();
  const asked = 3000;
  connection.socket.write(
    Buffer.concat(Array.from({ length: asked }, () => frame(encodeQuestion("large.dtk.io", "TXT")))),
  );
  await expect.poll(() => counts.facts.latency.total).toBeGreaterThan(0);
  let before = -1;
  // Until nothing more is answered, since the buffers of the kernel are full.
  await expect.poll(() => [before, (before = counts.facts.latency.total)].every((each) => each === before)).toBe(true);
  expect(before).toBeLessThan(asked);
  connection.socket.resume();
  await expect.poll(() => connection.messages.length).toBe(asked);
});

test.each([
  ["nothing", Buffer.of()],
  ["half a length", Buffer.of(0)],
  ["half a question", question.subarray(0, 20)],
])("a connection on which %s comes ends after a while", async (_, bytes) => {
  const { server } = await open({ idle: 100 });
  await using connection = new DNSConnection(server);
  connection.socket.write(bytes);
  await connection.ended;
  expect(connection.messages).toEqual([]);
});

test("octets that drip keep no connection open", async () => {
  const { server } = await open({ idle: 300 });
  await using connection = new DNSConnection(server);
  const drip = setInterval(() => connection.socket.write(Buffer.of(1)), 20);
  await connection.ended;
  clearInterval(drip);
  expect(connection.messages).toEqual([]);
});

test("what is no question ends the connection, and a malformed one is told so", async () => {
  const { server, counts } = await open();
  await using answered = new DNSConnection(server);
  const malformed = encodeQuestion("foo.dtk.io", "A");
  malformed[5] = 2;
  answered.socket.write(Buffer.concat([frame(malformed), question]));
  await expect.poll(() => answered.messages.map((message) => message.readUInt8(3) & 15)).toEqual([1, 0]);
  await using odd = new DNSConnection(server);
  odd.socket.write(frame(Buffer.from("GET / HTTP/1.1")));
  odd.socket.write(frame(Buffer.alloc(3)));
  await odd.ended;
  expect(counts.facts.drops.malformed).toBe(1);
});

test("connections of one address, and in all, are limited; those that are there go on", async () => {
  const { server, counts } = await open({ perAddress: 3 });
  const held = Array.from({ length: 3 }, () => new DNSConnection(server));
  for (const connection of held) connection.socket.write(question);
  await expect.poll(() => held.map(({ messages }) => messages.length)).toEqual([1, 1, 1]);
  await using next = new DNSConnection(server);
  await next.ended;
  expect(counts.facts.drops["too-many-connections"]).toBe(1);
  held[0]?.socket.write(question);
  await expect.poll(() => held[0]?.messages.length).toBe(2);
  held[1]?.socket.destroy();
  await expect
    .poll(async () => {
      await using again = new DNSConnection(server);
      again.socket.end(question);
      await again.ended;
      return again.messages.length;
    })
    .toBe(1);
  for (const connection of held) connection.socket.destroy();
});
