/** The responder's sink with real sockets: what it shows, where it answers, and what is in its way. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { DNSConnection, askUDP, exchangeUDP, frame, freeDNSPort } from "../../../test/support/dns-client.ts";
import { encodeQuestion, shorten } from "../../../test/support/dns-question.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { viewOfRecords } from "../../../test/support/view.ts";
import type { SinkReport } from "../../engine/sink.ts";
import { parseListenAddress } from "../../records/listen-address.ts";
import { type DNSSinkOptions, openDNSSink } from "./dns-sink.ts";

function place(address: string, port: number) {
  const read = parseListenAddress(address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`);
  if (read === undefined) throw new Error("the test's own address is wrong");
  return read;
}

async function openSink(addresses: readonly string[], options: Partial<DNSSinkOptions> = {}) {
  const port = await freeDNSPort();
  const sink = openDNSSink({
    places: addresses.map((address) => place(address, port)),
    mayAsk: () => false,
    onSocketChange: () => undefined,
    now: () => 1_000_000,
    ...options,
  });
  onTestFinished(() => sink[Symbol.asyncDispose]());
  return { sink, port, server: { address: addresses[0] ?? "", port } };
}

function succeeded(report: SinkReport) {
  if (!report.ok) throw new Error(report.trouble.message);
  return report;
}

const view = viewOfRecords(["foo.dtk.io", "A", "192.0.2.7"], ["*.apps.dtk.io", "A", "192.0.2.8"]);

test("answers on each address over UDP and TCP, from the first view on", async () => {
  const { sink, port } = await openSink(["127.0.0.1", "::1"]);
  const question = encodeQuestion("x.apps.dtk.io", "A");
  expect(await exchangeUDP({ address: "127.0.0.1", port }, question, 50)).toBeUndefined();
  expect(await sink.apply(view)).toEqual({
    ok: true,
    method: "memory",
    diff: { added: [], removed: [] },
    refused: [],
    notices: [],
  });
  for (const address of ["127.0.0.1", "::1"]) {
    const server = { address, port };
    expect((await askUDP(server, "x.apps.dtk.io", "A")).answers).toEqual(["x.apps.dtk.io A 192.0.2.8"]);
    await using connection = new DNSConnection(server);
    connection.socket.write(frame(question));
    await expect
      .poll(() => connection.messages.map(shorten))
      .toMatchObject([{ answers: ["x.apps.dtk.io A 192.0.2.8"] }]);
  }
  const { queries, latency, sockets, lastAt } = sink.facts();
  expect(sockets.map(({ transport, isOpen }) => `${transport} ${isOpen}`)).toEqual([
    "udp true",
    "tcp true",
    "udp true",
    "tcp true",
  ]);
  expect(queries).toEqual([
    { type: "A", rcode: "NOERROR", transport: "udp", count: 2 },
    { type: "A", rcode: "NOERROR", transport: "tcp", count: 2 },
  ]);
  expect(latency.total).toBe(4);
  expect(latency.buckets.at(-1)?.count).toBeLessThanOrEqual(4);
  expect(Math.abs((lastAt ?? 0) - Date.now())).toBeLessThan(60_000);
});

test("a change is answered at once, and the serial grows", async () => {
  const { sink, server } = await openSink(["127.0.0.1"]);
  await sink.apply(view);
  const before = await askUDP(server, "foo.dtk.io", "A");
  const serial = await askUDP(server, "dtk.io", "SOA");
  expect(await sink.apply(view)).toMatchObject({ method: "unchanged" });
  expect(await askUDP(server, "dtk.io", "SOA")).toEqual(serial);
  await sink.apply(viewOfRecords(["foo.dtk.io", "A", "192.0.2.9"]));
  expect(before.answers).toEqual(["foo.dtk.io A 192.0.2.7"]);
  expect((await askUDP(server, "foo.dtk.io", "A")).answers).toEqual(["foo.dtk.io A 192.0.2.9"]);
  expect((await askUDP(server, "x.apps.dtk.io", "A")).rcode).toBe("NXDOMAIN");
  expect(await askUDP(server, "dtk.io", "SOA")).not.toEqual(serial);
});

const own = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

test.skipIf(own === undefined)(
  "an address that may not ask hears nothing, over either transport (needs a network)",
  async () => {
    assert(own !== undefined);
    let isAllowed = false;
    const { sink, server } = await openSink([own], { mayAsk: (remote) => isAllowed && remote === own });
    await sink.apply(view);
    const question = encodeQuestion("foo.dtk.io", "A");
    expect(await exchangeUDP(server, question, 100)).toBeUndefined();
    await using connection = new DNSConnection(server);
    connection.socket.write(frame(question));
    await connection.ended;
    expect(connection.messages).toEqual([]);
    expect(sink.facts().drops).toEqual({ "not-allowed": 2, malformed: 0, "too-many-connections": 0 });
    isAllowed = true;
    expect((await askUDP(server, "foo.dtk.io", "A")).answers).toHaveLength(1);
  },
);

test("a port that is taken is a notice with the program's name; the rest works, and the port too once it is free", async () => {
  let changes = 0;
  const { sink, port, server } = await openSink(["127.0.0.1", "::1"], { onSocketChange: () => (changes += 1) });
  const other = createSocket("udp4");
  other.bind(port, "127.0.0.1");
  await once(other, "listening");
  try {
    const { refused } = succeeded(await sink.apply(view));
    // The program is looked for while the rest goes on.
    await expect.poll(() => changes).toBe(1);
    const { notices } = succeeded(await sink.apply(view));
    expect(notices).toMatchObject([{ code: "dns-port-taken", severity: "error", isRetried: true }]);
    expect(notices[0]?.message).toContain(`127.0.0.1:${port}, since `);
    expect(notices[0]?.message).toContain(`(process ${process.pid})`);
    expect(notices[0]?.command).toContain(String(process.pid));
    expect(refused).toEqual([]);
    expect((await askUDP({ address: "::1", port }, "foo.dtk.io", "A")).rcode).toBe("NOERROR");
  } finally {
    other.close();
  }
  await expect.poll(() => changes).toBe(2);
  expect((await askUDP(server, "foo.dtk.io", "A")).rcode).toBe("NOERROR");
  expect(succeeded(await sink.apply(view)).notices).toEqual([]);
});

test("where nobody asked for the responder, a port that another server of ours has is no trouble at all", async () => {
  const folder = temporaryFolder();
  const script = join(folder.path, "hostsfile-server.js");
  writeFileSync(
    script,
    'require("node:dgram").createSocket("udp4").bind(0, "127.0.0.1", function () { console.log(this.address().port); });',
  );
  const other = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    other.kill();
    folder[Symbol.dispose]();
  });
  const [line] = await once(other.stdout.setEncoding("utf8"), "data");
  const port = Number(line);
  let changes = 0;
  const options = { places: [place("127.0.0.1", port)], isAsked: false, onSocketChange: () => (changes += 1) };
  const { sink } = await openSink([], options);
  const { notices, refused } = succeeded(await sink.apply(viewOfRecords(["foo.dtk.io", "A", "192.0.2.7"])));
  expect([notices, refused]).toEqual([[], []]);
  expect(sink.facts().sockets.map(({ isOpen }) => isOpen)).toEqual([false, true]);
  // By then it is known who has the port.
  await sleep(1000);
  expect(changes).toBe(0);
  expect(succeeded(await sink.apply(view)).notices).toEqual([]);
});

test("where nobody asked for the responder, another program that has the port is worth knowing, and needs nobody", async () => {
  const { sink, port } = await openSink(["127.0.0.1"], { isAsked: false });
  const other = createSocket("udp4");
  other.bind(port, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  await expect
    .poll(async () => succeeded(await sink.apply(view)).notices)
    .toMatchObject([{ code: "dns-port-taken", severity: "info" }]);
});

test("an address that no interface has is a notice, and without any socket nothing is shown", async () => {
  const { sink } = await openSink(["192.0.2.53"]);
  const { notices, refused } = succeeded(
    await sink.apply(viewOfRecords(["foo.dtk.io", "A", "192.0.2.7"], ["foo.dtk.io", "TXT", "a"])),
  );
  expect(notices).toMatchObject([{ code: "dns-address-not-here", severity: "warning" }]);
  expect(refused.map(({ name, type, reason }) => [name, type, reason])).toEqual([
    ["foo.dtk.io", undefined, "responder-closed"],
    ["foo.dtk.io", "TXT", "responder-closed"],
  ]);
});

test("types that are not served, and data that cannot be encoded, are reported for that record alone", async () => {
  const { sink, server } = await openSink(["127.0.0.1"]);
  const records = viewOfRecords(
    ["foo.dtk.io", "MX", "10 mail.dtk.io", "ten mail.dtk.io"],
    ["bad.dtk.io", "SRV", "nonsense"],
    ["sub.dtk.io", "NS", "ns.dtk.io"],
    ["old.dtk.io", "DNAME", "new.dtk.io"],
    ["caa.dtk.io", "CAA", '0 issue "x"'],
    ["big.dtk.io", "TXT", ...Array.from({ length: 300 }, (_, index) => `${index}${"x".repeat(250)}`)],
  );
  const { refused } = succeeded(await sink.apply(records));
  const short = refused.map(({ name, type, reason, isPart = false }) => `${name} ${type} ${reason} ${isPart}`);
  expect(short.toSorted()).toEqual([
    "bad.dtk.io SRV record-data false",
    "big.dtk.io TXT record-data false",
    "caa.dtk.io CAA record-type false",
    "foo.dtk.io MX record-data true",
    "old.dtk.io DNAME record-type false",
    "sub.dtk.io NS record-type false",
  ]);
  expect(refused.find(({ type }) => type === "MX")?.sentence).toContain('"ten mail.dtk.io" is not data');
  expect((await askUDP(server, "foo.dtk.io", "MX")).answers).toHaveLength(1);
  expect(succeeded(await sink.apply({ ...records })).refused).toEqual(refused);
});

test("a bug in an answer is a notice; the packet gets none, and others do", async () => {
  let changes = 0;
  const { sink, server } = await openSink(["127.0.0.1"], { onSocketChange: () => (changes += 1) });
  const broken = viewOfRecords(["foo.dtk.io", "A", "192.0.2.7"], ["odd.dtk.io", "A", "192.0.2.7"]);
  Object.defineProperty(broken.entries[1], "addresses", {
    get: () => {
      throw new Error("nobody expected this");
    },
  });
  await sink.apply(broken);
  for (let turn = 0; turn < 2; turn += 1)
    expect(await exchangeUDP(server, encodeQuestion("odd.dtk.io", "A"), 100)).toBeUndefined();
  expect((await askUDP(server, "foo.dtk.io", "A")).rcode).toBe("NOERROR");
  await expect.poll(() => changes).toBe(1);
  expect(succeeded(await sink.apply(broken)).notices).toMatchObject([
    { code: "internal-error", message: expect.stringContaining("nobody expected this") },
  ]);
  expect(succeeded(await sink.apply(view)).notices).toEqual([]);
});
