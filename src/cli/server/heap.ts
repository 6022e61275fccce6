/**
 * Gives memory back after a burst: V8 keeps a grown heap for as long as little happens, and at rest little does. The C
 * library keeps what SQLite and buffers had.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { kernelCalls } from "../../platform/kernel-calls.ts";

const mebibyte = 1024 * 1024;

/** Bytes of growth that are worth a collection: while something happens, and once nothing does. */
const growth = { busy: 16 * mebibyte, quiet: 4 * mebibyte } as const;

/** Bytes by which the process changes when nothing happens. */
const quietChange = mebibyte;

/** Names beyond which a collection would keep callers waiting: it takes some 30 ms with 10,000. V8 then does it in pieces. */
const mostNames = 20_000;

/**
 * Looks now and then whether the process has grown, and then collects what it no longer needs.
 *
 * @param names - how many names there are
 * @param options - `interval` is the milliseconds between two looks, after two of which what a burst left is gone;
 *   `quietGrowth` is the bytes of growth that are worth a collection once nothing happens
 */
export function giveBackMemory(
  names: () => number,
  options: { readonly interval?: number; readonly quietGrowth?: number } = {},
): Disposable {
  const { interval = 4000, quietGrowth = growth.quiet } = options;
  let [kept, before] = [0, 0];
  const timer = setInterval(() => {
    const resident = residentBytes();
    if (resident === undefined) return;
    const isQuiet = Math.abs(resident - before) < quietChange;
    before = resident;
    if (resident - kept < (isQuiet ? quietGrowth : growth.busy) || names() > mostNames) return;
    collectGarbage();
    kernelCalls().trimMemory();
    kept = residentBytes() ?? resident;
  }, interval);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** The resident memory of this process; undefined while it can open no file, since Linux tells it in one. */
function residentBytes(): number | undefined {
  try {
    return process.memoryUsage.rss();
  } catch {
    return undefined;
  }
}

/** Node shows the collector only to contexts that are made after the flag was set. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: NodeJS.GCFunction = runInNewContext("gc");
  collect({ type: "major", flavor: "last-resort" });
}
