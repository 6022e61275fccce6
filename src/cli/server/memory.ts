/** Gives memory back after a burst: V8 keeps a grown heap for as long as little happens, and at rest little does. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes of growth that are worth a collection. */
const growth = 16 * 1024 * 1024;

/** Names beyond which a collection would keep callers waiting: it takes some 30 ms with 10,000. V8 then does it in pieces. */
const mostNames = 20_000;

/**
 * Looks now and then whether the process has grown, and then collects what it no longer needs.
 *
 * @param names - how many names are shown
 * @param interval - milliseconds between two looks
 */
export function giveBackMemory(names: () => number, interval = 5000): Disposable {
  let kept = 0;
  const timer = setInterval(() => {
    if (process.memoryUsage.rss() - kept < growth || names() > mostNames) return;
    collectGarbage();
    kept = process.memoryUsage.rss();
  }, interval);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Node shows the collector only to contexts that are made after the flag was set. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: NodeJS.GCFunction = runInNewContext("gc");
  collect({ type: "major", flavor: "last-resort" });
}
