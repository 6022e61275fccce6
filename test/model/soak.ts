/** Runs the model against real servers for a long time: `npm run soak -- --minutes=60`. Needs root. */
import { parseArgs } from "node:util";
import { type DriveReport, drive } from "./drive.ts";
import { openFolder, openMount } from "./place.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
const operationsPerServer = 3000;
const until = performance.now() + Number(values.minutes) * 60_000;
const total: Record<string, number> = {};
console.info(`seed ${values.seed}, ${values.minutes} minutes`);
for (let round = 0; performance.now() < until; round += 1) {
  using place = round % 3 === 2 ? openMount() : openFolder();
  const seed = Number(values.seed) + round * operationsPerServer;
  add(await drive({ ...place, seed, operations: operationsPerServer, until }));
  console.info(JSON.stringify(total));
}

function add({ operations, cut, memory, kinds }: DriveReport): void {
  for (const [kind, count] of Object.entries({ operations, cut, ...kinds })) total[kind] = (total[kind] ?? 0) + count;
  total["memory"] = Math.max(total["memory"] ?? 0, memory);
}
