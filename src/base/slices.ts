/** Drives long work in slices, so that the server answers others in between, however many such works there are. */
import type { Steps } from "./steps.ts";

/** Milliseconds that all such work together may take before everything else that is due has its turn. */
const slice = 8;

/** When the slice under way ends, as `performance.now()`; undefined while nothing of the kind was done in this turn. */
let sliceEnd: number | undefined;

/** Works that wait for a slice, each after the one before. */
let queue: Promise<void> = Promise.resolve();

/** Does the work; it begins at once, and ends at once when it is short. */
export async function inSlices<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    while (isWithinSlice()) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
    await nextTurn();
  }
}

/** One slice for all works, and not one for each, or many of them would keep everything else waiting. */
function isWithinSlice(): boolean {
  const now = performance.now();
  if (sliceEnd === undefined) {
    sliceEnd = now + slice;
    setImmediate(() => (sliceEnd = undefined));
  }
  return now < sliceEnd;
}

/** Each turn of the event loop has one slice. The task that has waited longest gets it. */
function nextTurn(): Promise<void> {
  queue = queue.then(() => new Promise((resolve) => setImmediate(resolve)));
  return queue;
}
