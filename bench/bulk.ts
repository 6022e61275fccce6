/** Many names at once: the cost per name must not grow with their number. */
import { join } from "node:path";
import type { Disk } from "./disk.ts";
import { manyEndpoints } from "./endpoints.ts";
import { type Row, microseconds } from "./row.ts";
import { type Measure, interleave, timed } from "./sample.ts";
import { openServer } from "./server.ts";

const sizes = [100, 1000, 10_000, 100_000] as const;

/** Names in one request; 100,000 would pass the 32 MiB that a body may have. */
const mostNames = 50_000;

/** Measures an empty server taking the names. */
export async function measureBulk(disk: Disk): Promise<readonly Row[]> {
  let count = 0;
  const measures = Object.fromEntries(
    sizes.map((size) => [`${size}`, () => perName(join(disk.path, `bulk-${(count += 1)}`), size)]),
  ) as Readonly<Record<`${(typeof sizes)[number]}`, Measure>>;
  const costs = await interleave(3, measures);
  const perSize = sizes.map((size) => costs[`${size}`]);
  const growth = Math.max(...perSize.map((cost, index) => cost / Math.min(...perSize.slice(0, index + 1))));
  return [
    {
      what: `bulk post, per name, of ${sizes.map((size) => size.toLocaleString("en")).join(", ")} names`,
      ours: perSize.map(microseconds).join(", "),
      reference: "the cheapest smaller post",
      ratio: growth,
      goal: "grows by at most 30 %",
      met: growth <= 1.3,
    },
  ];
}

async function perName(place: string, names: number): Promise<number> {
  await using server = await openServer(place);
  const endpoints = manyEndpoints(names);
  const bodies: string[] = [];
  for (let start = 0; start < endpoints.length; start += 2 * mostNames) {
    bodies.push(JSON.stringify({ create: endpoints.slice(start, start + 2 * mostNames) }));
  }
  const duration = await timed(async () => {
    for (const body of bodies) await server.send("POST", "/records", body);
  });
  return duration / names;
}
