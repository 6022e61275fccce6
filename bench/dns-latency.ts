/** How soon the DNS responder answers, with nothing else to do and while many names come. */
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { dnsTools, dnsToolsEnvironment } from "../test/cluster/dns-tools.ts";
import { freeDNSPort } from "../test/support/dns-client.ts";
import type { Disk } from "./disk.ts";
import { startEcho, writeQuestions } from "./dns.ts";
import { manyEndpoints } from "./endpoints.ts";
import { type Row, limitRow, milliseconds } from "./row.ts";
import { quantile } from "./sample.ts";
import { openServer } from "./server.ts";

const run = promisify(execFile);

/** Questions a second. */
const pace = 1000;

/** Names that are there, and names that come. */
const sizes = { there: 1000, posted: 10_000 } as const;

/** Milliseconds after a start. */
const settling = 6000;

/** Milliseconds: goals for 99 of 100 answers, and for the resolver's hook, which waits for the same process. */
const goals = { rest: 2, busy: 50, hook: 100 } as const;

/** Measures both. */
export async function measureDNSLatency(disk: Disk): Promise<readonly Row[]> {
  const place = join(disk.path, "dns-latency");
  mkdirSync(place);
  const [port, echoPort] = [await freeDNSPort(), await freeDNSPort()];
  const listen = `--dns-listen=127.0.0.1:${port},[::1]:${port}`;
  await using server = await openServer(join(place, "server"), sizes.there, ["--dns=on", listen]);
  const questions = writeQuestions(place, sizes.there);
  // What the start left is collected by then.
  await sleep(settling);
  await using _echo = await startEcho(echoPort);
  const bare = await ask({ port: echoPort, questions, seconds: 4 });
  const atRest = await ask({ port, questions, seconds: 4 });
  const asking = ask({ port, questions, seconds: 4 });
  await sleep(500);
  await server.create(manyEndpoints(sizes.posted));
  const busy = await asking;
  const what = `DNS, ${pace.toLocaleString("en")} queries a second, p99`;
  return [
    {
      ...limitRow({ what, ours: quantile(atRest, 0.99), atMost: goals.rest }),
      reference: `Node UDP echo: ${milliseconds(quantile(bare, 0.99))}`,
    },
    limitRow({
      what: `the same while ${sizes.posted.toLocaleString("en")} names are posted`,
      ours: quantile(busy, 0.99),
      atMost: goals.busy,
    }),
    limitRow({ what: "the same, the longest", ours: Math.max(...busy), atMost: goals.hook }),
  ];
}

/** Returns how long each answer took, in milliseconds. One that did not come counts as endless. */
async function ask(asking: {
  readonly port: number;
  readonly questions: string;
  readonly seconds: number;
}): Promise<readonly number[]> {
  const { port, questions, seconds } = asking;
  const load = ["-v", "-Q", String(pace), "-c", "4", "-T", "1", "-l", String(seconds)];
  const { stdout } = await run(dnsTools.dnsperf, ["-s", "127.0.0.1", "-p", String(port), "-d", questions, ...load], {
    env: dnsToolsEnvironment(),
    maxBuffer: 64 * 1024 * 1024,
  });
  const answers = Array.from(stdout.matchAll(/^> NOERROR \S+ \S+ (\d+\.\d+)/gm), ([, taken]) => Number(taken) * 1000);
  const lost = Number(/Queries lost:\s+(\d+)/.exec(stdout)?.[1]);
  return [...answers, ...Array.from({ length: lost }, () => Number.POSITIVE_INFINITY)];
}
