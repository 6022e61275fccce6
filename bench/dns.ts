/** The DNS responder beside a bare echo of Node, dnsmasq and Knot: CPU for each query, and what it costs the server. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { dnsTools, dnsToolsEnvironment } from "../test/cluster/dns-tools.ts";
import { eventually } from "../test/cluster/eventually.ts";
import { startKnot } from "../test/cluster/knot.ts";
import { askUDP, freeDNSPort } from "../test/support/dns-client.ts";
import { residentBytes } from "../test/support/resident-memory.ts";
import { type WrittenRecord, viewOfRecords } from "../test/support/view.ts";
import { parseListenAddress } from "../src/records/listen-address.ts";
import { finish } from "../src/base/steps.ts";
import { zoneTextInSteps } from "../src/records/zone-text.ts";
import { zonesInSteps } from "../src/records/zone.ts";
import { openDNSSink } from "../src/sinks/dns/dns-sink.ts";
import type { Disk } from "./disk.ts";
import { type Row, mebibytes, microseconds, milliseconds, ratioRow } from "./row.ts";
import { interleave, median } from "./sample.ts";
import { openServer } from "./server.ts";

const run = promisify(execFile);

const address = "192.168.122.167";

/** Seconds of one measurement. */
const lasts = 2;

const turns = 5;

/** Answers each datagram with itself: what Node takes for one, whatever is in it. */
const echo = (port: number): string => `
const socket = require("node:dgram").createSocket({ type: "udp4", recvBufferSize: 1048576, sendBufferSize: 1048576,
  lookup: (host, _, found) => found(null, host, 4) });
socket.on("message", (message, { port, address }) => { message[2] |= 0x80; socket.send(message, port, address); });
socket.bind(${port}, "127.0.0.1", () => process.stdout.write("bound"));`;

/** Starts it on a port of 127.0.0.1. */
export async function startEcho(port: number): Promise<{ readonly pid: number } & AsyncDisposable> {
  const child = spawn(process.execPath, ["-e", echo(port)], { stdio: ["ignore", "pipe", "ignore"] });
  await once(child.stdout, "data");
  return { pid: child.pid ?? 0, [Symbol.asyncDispose]: () => end(child) };
}

/** A program that answers, and the questions that it is asked. */
interface Asked {
  readonly pid: number;
  readonly port: number;
  readonly questions: string;
}

export async function measureDNS(disk: Disk): Promise<readonly Row[]> {
  const place = join(disk.path, "dns");
  mkdirSync(place);
  return [...(await measureQueries(place)), await measureChange(), ...(await measureCosts(place))];
}

async function measureQueries(place: string): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const [few, many] = [writeQuestions(place, 1000), writeQuestions(place, 100_000)];
  const ports = [];
  for (let index = 0; index < 5; index += 1) ports.push(await freeDNSPort());
  const [echoPort = 0, fewPort = 0, manyPort = 0, dnsmasqPort = 0, knotPort = 0] = ports;
  const listen = (port: number): string => `--dns-listen=127.0.0.1:${port},[::1]:${port}`;
  const ours = stack.use(await openServer(join(place, "few"), 1000, ["--dns=on", listen(fewPort)]));
  const large = stack.use(await openServer(join(place, "many"), 100_000, ["--dns=on", listen(manyPort)]));
  const node = stack.use(await startEcho(echoPort));
  const dnsmasq = stack.adopt(startDnsmasq(place, dnsmasqPort), end);
  const text = finish(zoneTextInSteps(finish(zonesInSteps(viewOfRecords(...recordsOf(1000)))), 1));
  const knot = stack.use(await startKnot(join(place, "knot"), new Map([["dtk.io", text]]), knotPort));
  await askUDP({ address: "127.0.0.1", port: dnsmasqPort }, "app-1.dtk.io", "A");
  const cpu = (asked: Asked) => () => cpuPerQuery(asked);
  const found = await interleave(turns, {
    echo: cpu({ pid: node.pid, port: echoPort, questions: few }),
    ours: cpu({ pid: ours.pid, port: fewPort, questions: few }),
    dnsmasq: cpu({ pid: dnsmasq.pid ?? 0, port: dnsmasqPort, questions: few }),
    knot: cpu({ pid: knot.pid, port: knotPort, questions: few }),
    large: cpu({ pid: large.pid, port: manyPort, questions: many }),
  });
  const what = "DNS query, CPU, 1,000 names";
  const format = microseconds;
  return [
    ratioRow({ what, ours: found.ours, reference: found.echo, against: "Node UDP echo", atMost: 1.5, format }),
    ratioRow({ what, ours: found.ours, reference: found.dnsmasq, against: "dnsmasq", atMost: 2, format }),
    {
      what,
      ours: format(found.ours),
      reference: `Knot: ${format(found.knot)}`,
      ratio: found.ours / found.knot,
      goal: "none",
      met: undefined,
    },
    ratioRow({
      what: "DNS query, CPU, 100,000 names, each of them asked",
      ours: found.large,
      reference: found.ours,
      against: "with 1,000 names",
      atMost: 1.2,
      format,
    }),
  ];
}

/** Milliseconds of CPU, of the program and of the kernel for it, that one query takes. */
async function cpuPerQuery({ pid, port, questions }: Asked): Promise<number> {
  const before = cpuOf(pid);
  const load = ["-c", "4", "-q", "64", "-T", "1", "-l", String(lasts)];
  const { stdout } = await run(dnsTools.dnsperf, ["-s", "127.0.0.1", "-p", String(port), "-d", questions, ...load], {
    env: dnsToolsEnvironment(),
  });
  const completed = Number(/Queries completed:\s+(\d+)/.exec(stdout)?.[1]);
  return (cpuOf(pid) - before) / completed;
}

/** Milliseconds (proc_pid_stat(5): utime and stime, in hundredths of a second). */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function recordsOf(count: number): readonly WrittenRecord[] {
  return Array.from({ length: count }, (_, index) => [`app-${index}.dtk.io`, "A", address] as const);
}

/** Each name for A and for AAAA, as a desktop's programs ask; those that are asked one after the other are not neighbours. */
export function writeQuestions(place: string, names: number): string {
  const path = join(place, `questions-${names}`);
  const nameOf = (index: number): string => `app-${(index * 7919) % names}.dtk.io`;
  const lines = Array.from({ length: names }, (_, index) => [`${nameOf(index)} A`, `${nameOf(index)} AAAA`]).flat();
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

function startDnsmasq(place: string, port: number): ChildProcess {
  const hosts = join(place, "dnsmasq-hosts");
  writeFileSync(
    hosts,
    recordsOf(1000)
      .map(([name]) => `${address} ${name}\n`)
      .join(""),
  );
  const flags = ["--no-resolv", "--no-hosts", "--local=/dtk.io/", `--addn-hosts=${hosts}`, "--pid-file="];
  const listen = [`--port=${port}`, "--listen-address=127.0.0.1", "--bind-interfaces"];
  return spawn("dnsmasq", ["--keep-in-foreground", "--conf-file=/dev/null", "--user=root", ...flags, ...listen], {
    stdio: "ignore",
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill();
  await once(child, "exit");
}

/** From a view, which follows the durable change, to the new answer over the wire. */
async function measureChange(): Promise<Row> {
  const port = await freeDNSPort();
  const place = parseListenAddress(`127.0.0.1:${port}`);
  await using sink = openDNSSink({
    places: place === undefined ? [] : [place],
    mayAsk: () => true,
    onSocketChange: () => undefined,
    now: Date.now,
  });
  const before = viewOfRecords(...recordsOf(10_000));
  const newest = viewOfRecords(["new.dtk.io", "A", address]).entries;
  const after = { ...before, entries: [...before.entries, ...newest].toSorted(byName) };
  const server = { address: "127.0.0.1", port };
  const times: number[] = [];
  for (let turn = 0; turn < 50; turn += 1) {
    await sink.apply(before);
    await askUDP(server, "new.dtk.io", "A");
    const start = performance.now();
    await sink.apply(after);
    const { rcode } = await askUDP(server, "new.dtk.io", "A");
    times.push(performance.now() - start);
    if (rcode !== "NOERROR") throw new Error("the new name is not answered");
  }
  const ours = median(times);
  return {
    what: "DNS, from a change of 10,000 names to the new answer",
    ours: milliseconds(ours),
    reference: "none",
    ratio: undefined,
    goal: "at most 5 ms",
    met: ours <= 5,
  };
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : 1;
}

/** What the responder costs a server that has 10,000 names, and its start. */
async function measureCosts(place: string): Promise<readonly Row[]> {
  const port = await freeDNSPort();
  const [off, on] = [["--dns=off"], ["--dns=on", `--dns-listen=127.0.0.1:${port},[::1]:${port}`]];
  let turn = 0;
  const memory = async (flags: readonly string[]): Promise<number> => {
    await using server = await openServer(join(place, `memory-${(turn += 1)}`), 10_000, flags);
    if (flags === on) await askUDP({ address: "127.0.0.1", port }, "app-1.dtk.io", "A");
    return residentBytes(server.pid);
  };
  const start = async (flags: readonly string[]): Promise<number> => {
    const before = performance.now();
    await using server = await openServer(join(place, `start-${(turn += 1)}`), 0, flags);
    await eventually(() => server.send("GET", "/healthz"));
    return performance.now() - before;
  };
  const sizes = await interleave(5, { off: () => memory(off), on: () => memory(on) });
  const times = await interleave(9, { off: () => start(off), on: () => start(on) });
  return [
    moreRow("DNS responder, resident memory, 10,000 names", sizes, { most: 15 * 1024 * 1024, format: mebibytes }),
    moreRow("DNS responder, start", times, { most: 10, format: milliseconds }),
  ];
}

function moreRow(
  what: string,
  { off, on }: { readonly off: number; readonly on: number },
  { most, format }: { readonly most: number; readonly format: (value: number) => string },
): Row {
  return {
    what,
    ours: format(on),
    reference: `without it: ${format(off)}`,
    ratio: on / off,
    goal: `at most ${format(most)} more`,
    met: on - off <= most,
  };
}
