/** One rule says whether ExternalDNS is alive: three calls may be missing, and one may be slow. */
import { expect, test } from "vitest";
import { defaultInterval, desktopInterval, isAlive, liveness, shortestSilence } from "./liveness.ts";

const now = Date.parse("2026-01-01T01:00:00Z");
const ago = (milliseconds: number): string => new Date(now - milliseconds).toISOString();

test.each([
  { interval: desktopInterval, limit: 66_000 },
  { interval: defaultInterval, limit: 240_000 },
])("at $interval ms ExternalDNS is silent after $limit ms", ({ interval, limit }) => {
  expect(shortestSilence(interval)).toBe(limit);
  expect(liveness(ago(limit - 1), interval, now)).toEqual({ kind: "alive", silence: limit - 1 });
  expect(liveness(ago(limit), interval, now)).toEqual({ kind: "silent", silence: limit });
  expect(isAlive(ago(limit - 1), interval, now)).toBe(true);
  expect(isAlive(ago(limit), interval, now)).toBe(false);
});

test.each([null, undefined, "", "no time"])("a last call of %j is none", (lastHeard) => {
  expect(liveness(lastHeard, defaultInterval, now)).toEqual({ kind: "unheard" });
  expect(isAlive(lastHeard, defaultInterval, now)).toBe(false);
});

test("a clock that was set back does not silence it", () => {
  expect(isAlive(ago(-5000), desktopInterval, now)).toBe(true);
});
