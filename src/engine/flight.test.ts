/** One flight at a time, callers share the next one, and a failed one is repeated ever more seldom. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Flight } from "./flight.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Flights that last until the test lets them land. */
function makeFlight() {
  const gates: PromiseWithResolvers<boolean>[] = [];
  const fly = vi.fn(() => {
    const gate = Promise.withResolvers<boolean>();
    gates.push(gate);
    return gate.promise;
  });
  const flight = new Flight({ fly, retry: { first: 10, most: 35 } });
  const land = async (isWell: boolean): Promise<void> => {
    gates.shift()?.resolve(isWell);
    await flight.landed();
  };
  return { flight, fly, gates, land };
}

test("callers during a flight share the one behind it", async () => {
  const { flight, fly, gates } = makeFlight();
  const first = flight.run();
  const shared = [flight.run(), flight.run(), flight.run()];
  expect(fly).toHaveBeenCalledTimes(1);
  expect(flight.lasts).toBeGreaterThanOrEqual(0);
  gates.shift()?.resolve(true);
  await first;
  expect(fly).toHaveBeenCalledTimes(2);
  gates.shift()?.resolve(true);
  await Promise.all(shared);
  expect(fly).toHaveBeenCalledTimes(2);
  expect(flight.lasts).toBe(0);
});

test("a failed flight is repeated after twice the time, up to a limit; success begins anew", async () => {
  const { flight, fly, land } = makeFlight();
  void flight.run();
  await land(false);
  for (const delay of [10, 20, 35, 35]) {
    const before = fly.mock.calls.length;
    await vi.advanceTimersByTimeAsync(delay - 1);
    expect(fly).toHaveBeenCalledTimes(before);
    await vi.advanceTimersByTimeAsync(1);
    expect(fly).toHaveBeenCalledTimes(before + 1);
    await land(delay === 35 && before === 4);
  }
  await vi.advanceTimersByTimeAsync(1000);
  expect(fly).toHaveBeenCalledTimes(5);
  flight.retryAtRest();
  await vi.advanceTimersByTimeAsync(10);
  expect(fly).toHaveBeenCalledTimes(6);
});

test("a wait is not put off by those who ask again, and ends with the retries", async () => {
  const { flight, fly } = makeFlight();
  flight.retryAtRest();
  await vi.advanceTimersByTimeAsync(6);
  flight.retryAtRest();
  await vi.advanceTimersByTimeAsync(4);
  expect(fly).toHaveBeenCalledTimes(1);
  const idle = makeFlight();
  idle.flight.retryAtRest();
  idle.flight.endRetries();
  idle.flight.retryAtRest();
  await vi.advanceTimersByTimeAsync(1000);
  expect(idle.fly).not.toHaveBeenCalled();
});

test("once stopped it stays on the ground", async () => {
  const { flight, fly } = makeFlight();
  flight.stop();
  await flight.run();
  expect(fly).not.toHaveBeenCalled();
});
