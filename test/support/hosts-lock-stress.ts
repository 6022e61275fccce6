/** Takes and lets go of a lock many times, and tells whether anybody else ever had it at the same time. */
import { closeSync, openSync, unlinkSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { takeLock } from "../../src/sinks/hosts-file/lock.ts";

const [path = "", stateFolder = "", rounds = "0"] = process.argv.slice(2);
let held = 0;
let overlaps = 0;
let misnamed = 0;
const troubles = new Set<string>();
for (let round = 0; round < Number(rounds); round += 1) {
  const lock = takeLock({ path, stateFolder, holder: { pid: process.pid, since: round, what: "stress" } });
  if (lock.state !== "held") {
    if (lock.state !== "taken") troubles.add(lock.trouble.message);
    continue;
  }
  held += 1;
  using database = new DatabaseSync(lock.path, { readOnly: true });
  const value = database.prepare("SELECT value FROM holder").get()?.["value"];
  if (value !== JSON.stringify({ pid: process.pid, since: round, what: "stress" })) misnamed += 1;
  const mark = `${path}.held`;
  try {
    closeSync(openSync(mark, "wx"));
    await new Promise((resolve) => setImmediate(resolve));
    unlinkSync(mark);
  } catch {
    overlaps += 1;
  }
  await lock[Symbol.asyncDispose]();
}
process.stdout.write(JSON.stringify({ held, overlaps, misnamed, troubles: [...troubles] }));
