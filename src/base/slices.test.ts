/** Long work leaves turns to everything else, and many works together take no more of them than one. */
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Steps } from "./steps.ts";
import { inSlices } from "./slices.ts";

/** Works until the processor has spent so many milliseconds, as the clock says. */
function* busy(milliseconds: number, note: () => void): Steps<string> {
  for (let spent = 0; spent < milliseconds; spent += 1) {
    const start = performance.now();
    while (performance.now() - start < 1);
    note();
    yield;
  }
  return "done";
}

/** Ends with its first step, which every turn has at least. */
// oxlint-disable-next-line require-yield
function* short(): Steps<string> {
  return "done";
}

test("a short work ends without a turn in between", async () => {
  await turn();
  let isOver = false;
  setImmediate(() => (isOver = true));
  await expect(inSlices(short())).resolves.toBe("done");
  expect(isOver).toBe(false);
});

test("eight long works at a time leave others a turn as often as one does", async () => {
  let [steps, most] = [0, 0];
  const state = { isDone: false };
  const works = Promise.all(Array.from({ length: 8 }, () => inSlices(busy(40, () => (steps += 1)))));
  void works.finally(() => (state.isDone = true));
  while (!state.isDone) {
    steps = 0;
    await turn();
    most = Math.max(most, steps);
  }
  await expect(works).resolves.toEqual(Array(8).fill("done"));
  // Each step takes a millisecond at least, and a slice has eight; alone they would have had 64 of them.
  expect(most).toBeLessThanOrEqual(17);
});

test("what the work throws is thrown", async () => {
  const broken = function* (): Steps<void> {
    yield;
    throw new TypeError("a bug");
  };
  await expect(inSlices(broken())).rejects.toThrow("a bug");
});
