/**
 * Random operations, kills and edits on a real server, held against an independent model. Needs root for what a user
 * cannot do: protecting the file, and mounting it.
 */
import { expect, test } from "vitest";
import { drive } from "../model/drive.ts";
import { openFolder, openMount } from "../model/place.ts";

/** To repeat a run that failed, set the seed that its title has. */
const seed = Number(process.env["MODEL_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

const runs = [
  { place: "in a folder", open: openFolder, operations: 2500 },
  { place: "on a mounted file", open: openMount, operations: 600 },
];

for (const { place, open, operations } of runs) {
  test(`${operations} operations ${place}, seed ${seed}`, { timeout: 1_200_000 }, async () => {
    using opened = open();
    const report = await drive({ ...opened, seed, operations });
    expect(report.operations).toBe(operations);
    expect(report.cut).toBeGreaterThan(0);
  });
}
