import { expect, test } from "vitest";
import { Pace } from "./pace.ts";

test("many changes at once are one work, one that comes during the work has another, and the end is one", async () => {
  let works = 0;
  const { promise: begun, resolve: begin } = Promise.withResolvers<undefined>();
  const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
  const pace = new Pace(async () => {
    works += 1;
    begin(undefined);
    await held;
  });
  for (let count = 0; count < 100; count += 1) pace.note();
  await begun;
  expect(works).toBe(1);
  pace.note();
  release(undefined);
  await expect.poll(() => works).toBe(2);
  pace[Symbol.dispose]();
  pace.note();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(works).toBe(2);
});
