import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { giveBackMemory } from "./heap.ts";

test("what nobody needs any more goes although nothing happens", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const registry = new FinalizationRegistry(resolve);
  registry.register({}, "gone");
  using memory = giveBackMemory(() => 20_000, { interval: 10 });
  await expect(Promise.race([promise, sleep(300_000, "kept", { ref: false })])).resolves.toBe("gone");
  expect(memory).toBeDefined();
});

test("with very many names a collection would keep callers waiting, so V8 is left to do it in pieces", async () => {
  const looked = Promise.withResolvers<void>();
  let looks = 0;
  const registry = new FinalizationRegistry(() => looked.reject(new Error("collected")));
  registry.register({}, "gone");
  const names = (): number => {
    looks += 1;
    if (looks === 20) looked.resolve();
    return 20_001;
  };
  using memory = giveBackMemory(names, { interval: 10 });
  await looked.promise;
  expect(memory).toBeDefined();
});
