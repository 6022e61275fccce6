import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { giveBackMemory } from "./memory.ts";

test("what nobody needs any more goes although nothing happens", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const registry = new FinalizationRegistry(resolve);
  registry.register({}, "gone");
  using memory = giveBackMemory(10);
  await expect(Promise.race([promise, sleep(300_000, "kept", { ref: false })])).resolves.toBe("gone");
  expect(memory).toBeDefined();
});
