/** Another network and the end of a sleep are noticed, and nothing else is. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { watchSurroundings } from "./surroundings.ts";

function open() {
  const stop = new AbortController();
  const state = { networks: "eth0", now: Date.now(), changes: 0 };
  watchSurroundings({
    signal: stop.signal,
    onChange: () => (state.changes += 1),
    networks: () => state.networks,
    now: () => state.now,
    interval: 5,
  });
  return { state, stop, [Symbol.dispose]: () => stop.abort() };
}

test("another network", async () => {
  using scene = open();
  await sleep(50);
  expect(scene.state.changes).toBe(0);
  scene.state.networks = "eth0 wlan0";
  await expect.poll(() => scene.state.changes).toBe(1);
  await sleep(50);
  expect(scene.state.changes).toBe(1);
});

test("a clock that jumps on, as after a sleep, and none that is set back or moved a little", async () => {
  using scene = open();
  scene.state.now += 4_000;
  await sleep(50);
  scene.state.now -= 3_600_000;
  await sleep(50);
  expect(scene.state.changes).toBe(0);
  scene.state.now += 600_000;
  await expect.poll(() => scene.state.changes).toBe(1);
});

test("nothing after the end", async () => {
  using scene = open();
  scene.stop.abort();
  scene.state.networks = "";
  await sleep(50);
  expect(scene.state.changes).toBe(0);
});
