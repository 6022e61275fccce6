/** Resident memory at rest, against an HTTP server of the same Node that does nothing. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { residentBytes } from "../test/support/resident-memory.ts";
import type { Disk } from "./disk.ts";
import { manyEndpoints } from "./endpoints.ts";
import { type Row, mebibytes, ratioRow } from "./row.ts";
import { interleave } from "./sample.ts";
import { type BenchServer, openServer } from "./server.ts";

const names = 10_000;

/** Milliseconds without a request before it counts as rest. */
const rest = 10_000;

const idleServer = 'require("node:http").createServer((_, response) => response.end()).listen(0)';

/** Starts the three of them together, lets them rest together, and looks at all at the same time. */
export async function measureMemory(disk: Disk): Promise<readonly Row[]> {
  const idle = spawn(process.execPath, ["-e", idleServer], { stdio: "ignore" });
  try {
    await using empty = await openServer(join(disk.path, "memory-empty"));
    await using full = await openServer(join(disk.path, "memory-full"));
    await work(empty, 0);
    await work(full, names);
    await sleep(rest);
    return await compare({ idle: idle.pid ?? 0, empty: empty.pid, full: full.pid });
  } finally {
    await end(idle);
  }
}

/** A few loops of ExternalDNS. */
async function work(server: BenchServer, many: number): Promise<void> {
  const endpoints = manyEndpoints(many);
  if (many > 0) await server.create(endpoints);
  const offered = JSON.stringify(endpoints.filter(({ recordType }) => recordType === "CNAME"));
  for (let loop = 0; loop < 5; loop += 1) {
    await server.send("GET", "/records");
    await server.send("POST", "/adjustendpoints", offered);
  }
}

async function compare(pids: { readonly idle: number; readonly empty: number; readonly full: number }) {
  const { idle, empty, full } = await interleave(5, {
    idle: () => residentBytes(pids.idle),
    empty: () => residentBytes(pids.empty),
    full: () => residentBytes(pids.full),
  });
  const against = { reference: idle, against: "idle node:http server", format: mebibytes };
  const rows: readonly Row[] = [
    ratioRow({ what: "resident memory at rest", ours: empty, atMost: 1.6, ...against }),
    ratioRow({ what: "the same with 10,000 names (20,000 endpoints)", ours: full, atMost: 2.2, ...against }),
  ];
  return rows;
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill();
  await ended;
}
