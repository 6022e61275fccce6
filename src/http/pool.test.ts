/** Which connection goes when there is no room: never one of an origin that holds few. */
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { type Held, Pool } from "./pool.ts";

function hold(pool: Pool, origin: string, more: Partial<Held> = {}): Held {
  const held = { socket: new Socket(), origin, isOwn: false, isOver: false, isBusy: false, waiting: [], ...more };
  pool.add(held);
  return held;
}

test("an empty one has none to give", () => {
  expect(new Pool().choose()).toBeUndefined();
});

test("the origin with most gives the connection that has been idle for longest", () => {
  const pool = new Pool();
  hold(pool, "modest");
  const [first, second] = [hold(pool, "greedy"), hold(pool, "greedy")];
  hold(pool, "greedy", { isBusy: true });
  expect(pool.choose()).toBe(first);
  pool.touch(first);
  expect(pool.choose()).toBe(second);
});

test("one that is busy goes only when all of its origin are", () => {
  const pool = new Pool();
  const busy = hold(pool, "greedy", { isBusy: true });
  hold(pool, "greedy", { isBusy: true });
  hold(pool, "modest");
  expect(pool.choose()).toBe(busy);
});

test.each([true, false])("among equals, this machine gives last, whether it came first or not: %s", (isFirst) => {
  const pool = new Pool();
  if (isFirst) hold(pool, "own", { isOwn: true });
  const other = hold(pool, "other");
  if (!isFirst) hold(pool, "own", { isOwn: true });
  expect(pool.choose()).toBe(other);
});

test("counts what is in, once", () => {
  const pool = new Pool();
  const held = hold(pool, "a");
  hold(pool, "a");
  hold(pool, "b");
  expect([pool.size, pool.countOf("a"), pool.countOf("c"), pool.has(held)]).toEqual([3, 2, 0, true]);
  expect([pool.remove(held), pool.remove(held)]).toEqual([true, false]);
  pool.touch(held);
  expect([pool.size, pool.countOf("a"), pool.has(held)]).toEqual([2, 1, false]);
});
