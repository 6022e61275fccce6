import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { CollectionJudge, giveBackMemory } from "./heap.ts";

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

const mebibyte = 1024 * 1024;

/** What is used after a while with so much of it, at a share of a core. */
function after(seconds: number, mebibytes: number, computed: number) {
  return { resident: mebibytes * mebibyte, computed, time: seconds * 1000 };
}

test.each([
  { share: 0, mebibytes: 4, expected: true },
  { share: 0, mebibytes: 3, expected: false },
  // Some three changes a second of 10,000 names take this: each waited for a collection of 90 ms every 4 s.
  { share: 0.03, mebibytes: 31, expected: false },
  { share: 0.03, mebibytes: 32, expected: true },
])(
  "growth of $mebibytes MiB at $share of a core is worth a collection: $expected",
  ({ share, mebibytes, expected }) => {
    const judge = new CollectionJudge({ start: after(0, 50, 0) });
    judge.noteCollection(after(0, 50, 0));
    expect(judge.isDue(after(4, 50 + mebibytes, share * 4000))).toBe(expected);
  },
);

test("at rest a collection of 80 ms does not make the next one worth it", () => {
  const judge = new CollectionJudge({ start: after(0, 60, 0), quietGrowth: mebibyte });
  expect(judge.isDue(after(4, 61, 4))).toBe(true);
  judge.noteCollection(after(4.08, 60, 84));
  expect(judge.isDue(after(8, 62, 88))).toBe(false);
  expect(judge.isDue(after(12, 63, 92))).toBe(false);
  expect(judge.isDue(after(16, 64, 96))).toBe(true);
});

test("after a burst the first collection is worth less growth again", () => {
  const judge = new CollectionJudge({ start: after(0, 60, 0), quietGrowth: mebibyte });
  judge.noteCollection(after(4, 60, 84));
  expect(judge.isDue(after(8, 61, 1084))).toBe(false);
  expect(judge.isDue(after(12, 61, 1088))).toBe(true);
});
