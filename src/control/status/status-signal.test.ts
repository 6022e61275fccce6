/** A reader that waits for a change hears of it, never misses one, and is released at the end. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { emptyView } from "../../records/view.ts";
import { StatusSignal } from "./status-signal.ts";

const report = { ok: true, method: "memory", diff: { added: [], removed: [] }, refused: [], notices: [] } as const;

function change({ listener }: StatusSignal): void {
  listener.shown({ sink: { id: "hosts-file", title: "hosts file" }, report, view: emptyView, before: emptyView });
}

/** Longer than any test, so that only what is tested wakes. */
const never = 3_600_000;

test("a write wakes the waiting readers", async () => {
  using changes = new StatusSignal({ gatherMs: 1, maxWaitMs: never });
  const waiting = changes.next(changes.count);
  change(changes);
  await waiting;
  expect(changes.count).toBe(1);
});

test("so does a trouble of the store", async () => {
  using changes = new StatusSignal({ gatherMs: 1, maxWaitMs: never });
  const waiting = changes.next(changes.count);
  changes.listener.storeTrouble({ code: "state-damaged", message: "It is damaged.", hint: "" });
  await waiting;
  expect(changes.count).toBe(1);
});

test("many changes are told as one", async () => {
  using changes = new StatusSignal({ gatherMs: 20, maxWaitMs: never });
  const waiting = changes.next(changes.count);
  for (let index = 0; index < 100; index++) change(changes);
  await waiting;
  expect(changes.count).toBe(1);
});

test("a change between two waits is not missed", async () => {
  using changes = new StatusSignal({ gatherMs: 1, maxWaitMs: never });
  const seen = changes.count;
  change(changes);
  while (changes.count === seen) await sleep(1);
  expect(await Promise.race([changes.next(seen).then(() => "told"), sleep(1000, "waits")])).toBe("told");
});

test("without a change waiting ends after a while", async () => {
  using changes = new StatusSignal({ gatherMs: 1, maxWaitMs: 5 });
  await changes.next(changes.count);
  expect(changes.count).toBe(0);
});

test("all wait no longer once it ends, and nobody begins to", async () => {
  const changes = new StatusSignal({ gatherMs: 1, maxWaitMs: never });
  const waiting = [changes.next(changes.count), changes.next(changes.count)];
  expect(changes.ended.aborted).toBe(false);
  changes[Symbol.dispose]();
  await Promise.all(waiting);
  await changes.next(changes.count);
  expect(changes.ended.aborted).toBe(true);
});
