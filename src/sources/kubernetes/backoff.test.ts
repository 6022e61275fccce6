/** Waits grow, stay short for five minutes, and end early when there is reason to hope. */
import { expect, test } from "vitest";
import { type Clock, Backoff } from "./backoff.ts";
import { systemClock } from "./system-clock.ts";

const never = new AbortController().signal;

function recording(): Clock & { readonly waits: number[]; pass: (milliseconds: number) => void } {
  let now = 0;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    random: () => 1,
    pass: (milliseconds) => {
      now += milliseconds;
    },
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
      now += milliseconds;
    },
  };
}

test("half a second at most for five minutes, then a quarter of a minute", async () => {
  const clock = recording();
  const retry = new Backoff(clock);
  while (clock.now() < 5 * 60_000) await retry.wait(never);
  expect(Math.max(...clock.waits)).toBe(500);
  for (let count = 0; count < 10; count++) await retry.wait(never);
  expect(clock.waits.at(-1)).toBe(15_000);
  retry.succeeded();
  await retry.wait(never);
  expect(clock.waits.at(-1)).toBe(50);
});

test("chance takes up to half of a wait", async () => {
  const clock = { ...recording(), random: () => 0 };
  await new Backoff(clock).wait(never);
  expect(clock.waits).toEqual([25]);
});

test("hurry ends a wait", async () => {
  const retry = new Backoff(systemClock);
  const waiting = retry.wait(never, 600_000);
  retry.hurry();
  await expect(waiting).resolves.toBeUndefined();
});

test("so does the signal", async () => {
  const stop = new AbortController();
  const waiting = new Backoff(systemClock).wait(stop.signal, 600_000);
  stop.abort();
  await expect(waiting).resolves.toBeUndefined();
});
