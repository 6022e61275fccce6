/**
 * Gives memory back after a burst: V8 keeps a grown heap for as long as little happens, and at rest little does. The C
 * library keeps what SQLite and buffers had.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { kernelCalls } from "../../platform/kernel-calls.ts";

const mebibyte = 1024 * 1024;

/** Bytes of growth that are worth a collection: while something happens, and once nothing does. */
const growth = { busy: 32 * mebibyte, quiet: 4 * mebibyte } as const;

/** The share of a core below which nothing happens. A steady stream of small changes takes more, and must not wait for a collection. */
const quietShare = 0.01;

/** Names beyond which a collection would keep callers waiting: it takes some 30 ms with 10,000. V8 then does it in pieces. */
const mostNames = 20_000;

/**
 * Looks now and then whether the process has grown, and then collects what it no longer needs.
 *
 * @param names - how many names there are
 * @param options - `interval` is the milliseconds between two looks, after two of which what a burst left is gone;
 *   `quietGrowth` is the bytes of growth that are worth the first collection once nothing happens: what comes and goes at
 *   rest is not worth one again and again
 */
export function giveBackMemory(
  names: () => number,
  options: { readonly interval?: number; readonly quietGrowth?: number } = {},
): Disposable {
  const { interval = 4000, quietGrowth } = options;
  const judge = new CollectionJudge({ quietGrowth, start: usage() });
  const timer = setInterval(() => {
    const now = usage();
    if (now === undefined || !judge.isDue(now) || names() > mostNames) return;
    collectGarbage();
    kernelCalls().trimMemory();
    judge.noteCollection(usage() ?? now);
  }, interval);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** What this process has taken by a moment. */
interface Usage {
  /** Bytes of memory. */
  readonly resident: number;
  /** Milliseconds of CPU. */
  readonly computed: number;
  /** Milliseconds of a steady clock. */
  readonly time: number;
}

/** Says when growth is worth a collection, during which callers wait. */
export class CollectionJudge {
  readonly #first: number;
  /** Bytes that were resident after the last collection. */
  #kept = 0;
  #before: Usage | undefined;
  /** Bytes of growth that are worth a collection while nothing happens. */
  #least: number;

  /** @param options - `quietGrowth` as for {@link giveBackMemory}, `start` undefined where it is not known */
  constructor({
    quietGrowth = growth.quiet,
    start,
  }: {
    readonly quietGrowth?: number | undefined;
    readonly start?: Usage | undefined;
  }) {
    this.#first = quietGrowth;
    this.#least = quietGrowth;
    this.#before = start;
  }

  /** Looks once more; true when a collection is worth it. */
  isDue(now: Usage): boolean {
    const before = this.#before ?? now;
    this.#before = now;
    const isQuiet = now.computed - before.computed < quietShare * (now.time - before.time);
    if (!isQuiet) this.#least = this.#first;
    return now.resident - this.#kept >= (isQuiet ? this.#least : growth.busy);
  }

  /** Notes what is left. What the collection took is not counted, or it would pass for something that happens. */
  noteCollection(after: Usage): void {
    this.#kept = after.resident;
    this.#before = after;
    this.#least = growth.quiet;
  }
}

/** Undefined while this process can open no file, since Linux tells the resident memory in one. */
function usage(): Usage | undefined {
  const { user, system } = process.cpuUsage();
  try {
    return { resident: process.memoryUsage.rss(), computed: (user + system) / 1000, time: performance.now() };
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
