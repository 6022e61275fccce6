/** One name added to 10, 1,000 and 10,000: from the request to the 204, with record and line on disk. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Disk } from "./disk.ts";
import { endpointsOf } from "./endpoints.ts";
import { openFloor } from "./floor.ts";
import { type Row, fasterRow, ratioRow, milliseconds } from "./row.ts";
import { interleave, median, timed } from "./sample.ts";
import { type BenchServer, openServer } from "./server.ts";

/** Names that are there before, turns, and milliseconds that a public provider was measured at, which rewrites its file without fsync. */
const sizes = [
  { names: 10, turns: 40, published: 1.0 },
  { names: 1000, turns: 40, published: 14.9 },
  { names: 10_000, turns: 30, published: 1380 },
] as const;

/** Milliseconds between two changes; ExternalDNS makes at most one a second. What the server does after its answer is over by then. */
const pause = 300;

/** Measures the three sizes. */
export async function measureAddedName(disk: Disk): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const written: number[] = [];
  for (const { names, turns, published } of sizes) {
    await using server = await openServer(join(disk.path, `added-${names}`), names);
    const what = `one name added to ${names.toLocaleString("en")}`;
    const { ours, floor } = await compare(server, turns);
    rows.push(
      ratioRow({ what, ours, reference: floor, against: "synced floor", atMost: 3, format: milliseconds }),
      fasterRow({ what: `${what}, against a public Go provider`, ours, published }),
    );
    written.push(await bytesAChange(server));
  }
  return [...rows, writtenRow(written)];
}

async function compare(server: BenchServer, turns: number): Promise<{ readonly ours: number; readonly floor: number }> {
  using floor = openFloor(server);
  let turn = 0;
  const hosts = readFileSync(server.hostsFile);
  return await interleave(turns, {
    ours: async () => {
      const endpoints = endpointsOf(`added-${(turn += 1)}`);
      const duration = await timed(() => server.create(endpoints));
      if (!readFileSync(server.hostsFile, "utf8").includes(` added-${turn}.dtk.io\n`)) throw new Error("no line");
      await server.remove(endpoints);
      await sleep(pause);
      return duration;
    },
    floor: () => timed(() => floor.change(JSON.stringify(endpointsOf("added-0")), hosts)),
  });
}

/** What the process wrote in one change beside the hosts file: the state, and a few hundred bytes of answer and log. */
async function bytesAChange(server: BenchServer): Promise<number> {
  const values: number[] = [];
  for (let turn = 0; turn < 20; turn += 1) {
    const before = bytesWritten(server.pid);
    await server.create(endpointsOf(`written-${turn}`));
    values.push(bytesWritten(server.pid) - before - statSync(server.hostsFile).size);
  }
  return median(values);
}

/** Bytes that a process has handed to the kernel (proc(5), `/proc/pid/io`). */
function bytesWritten(pid: number): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);
}

function writtenRow(written: readonly number[]): Row {
  const [least, most] = [Math.min(...written), Math.max(...written)];
  return {
    what: `state written per added name, at ${sizes.map(({ names }) => names.toLocaleString("en")).join(", ")} names`,
    ours: written.map((bytes) => `${(bytes / 1024).toFixed(0)} KiB`).join(", "),
    reference: "each other",
    ratio: most / least,
    goal: "constant (within 30 %)",
    met: most / least <= 1.3,
  };
}
