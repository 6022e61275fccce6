/**
 * The real ExternalDNS judges the watcher's translation: both see the same objects, made up at random, in the same API
 * server, and have to agree on every name, type and target, but for the deliberate differences.
 */
import { expect, inject, test } from "vitest";
import { judgeCases } from "../judge/judge.ts";

/** To repeat a run that failed, set the seed that its title has. */
const seed = Number(process.env["JUDGE_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const amount = Number(process.env["JUDGE_CASES"] ?? 300);
/** From so many cases on, every deliberate difference is seen. */
const enoughForAll = 2000;

const { built } = inject("cluster");

test.skipIf(!built)(`${amount} cases with the seed ${seed}`, { timeout: 3_600_000 }, async () => {
  const report = await judgeCases({ seed, amount });
  console.log(report);
  expect(report.records).toBeGreaterThan(amount / 2);
  const unseen = [...report.seen].filter(([, times]) => times === 0).map(([row]) => row);
  if (amount >= enoughForAll) expect(unseen).toEqual([]);
});
