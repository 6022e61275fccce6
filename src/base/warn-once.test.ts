/** However many callers try, and for however long, the log has few lines of them and their number. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Log } from "./log.ts";
import { type Warning, createWarnOnce } from "./warn-once.ts";

const tenMinutes = 600_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function makeWarnings(): { readonly warn: (kind: string, key: string) => void; readonly lines: string[] } {
  const lines: string[] = [];
  const ignore = (): void => {};
  const log: Log = { debug: ignore, info: ignore, error: ignore, warn: (_, message) => void lines.push(message) };
  const warnOnce = createWarnOnce({ log, now: Date.now });
  const describe = (kind: string, key: string): Warning => ({ kind, key, fields: { code: kind }, message: key });
  return { lines, warn: (kind, key) => warnOnce(describe(kind, key)) };
}

test("the same is said once in ten minutes, and again after them", () => {
  const { warn, lines } = makeWarnings();
  for (let count = 0; count < 100; count++) warn("callers", "a");
  warn("callers", "b");
  expect(lines).toEqual(["a", "b"]);
  vi.advanceTimersByTime(tenMinutes);
  warn("callers", "a");
  expect(lines).toEqual(["a", "b", "a"]);
});

test("of many callers 20 are listed, and one line has the number of the others", () => {
  const { warn, lines } = makeWarnings();
  for (let count = 0; count < 5000; count++) warn("callers", `address ${count}`);
  expect(lines).toHaveLength(20);
  vi.advanceTimersByTime(tenMinutes);
  expect(lines.slice(20)).toEqual(["4980 more warnings about callers came within ten minutes and are not listed."]);
  vi.advanceTimersByTime(10 * tenMinutes);
  expect(lines).toHaveLength(21);
});

test("a kind hides no other", () => {
  const { warn, lines } = makeWarnings();
  for (let count = 0; count < 100; count++) warn("strangers", `address ${count}`);
  warn("callers", "a guest");
  expect(lines.at(-1)).toBe("a guest");
});

test("for days on end: 21 lines in ten minutes at most", () => {
  const { warn, lines } = makeWarnings();
  for (let count = 0; count < 144; count++) {
    for (let address = 0; address < 100; address++) warn("callers", `${count} ${address}`);
    vi.advanceTimersByTime(tenMinutes);
  }
  expect(lines).toHaveLength(144 * 21);
});
