/** Time as the operating system has it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "./backoff.ts";

/** The real clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  },
  random: Math.random,
};
