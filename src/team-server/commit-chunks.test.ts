/** Several transactions of one change are under way at once, none begins too early, and none after one failed. */
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Committed, commitChunks } from "./commit-chunks.ts";
import type { Chunk } from "./plan/chunks.ts";

type Lost = { readonly kind: "lost" };

function chunk(name: string, isAfterAll = false): Chunk {
  return { compares: [], puts: [{ key: name, value: "" }], deletes: [], isAfterAll };
}

/** Commits that end when a test says so. */
function slowly() {
  const begun: string[] = [];
  const ends = new Map<string, (outcome: Committed<Lost>) => void>();
  const commit = ({ puts }: Chunk): Promise<Committed<Lost>> => {
    const { promise, resolve } = Promise.withResolvers<Committed<Lost>>();
    const name = puts[0]?.key ?? "";
    begun.push(name);
    ends.set(name, resolve);
    return promise;
  };
  const end = async (name: string, outcome: Committed<Lost>): Promise<void> => {
    ends.get(name)?.(outcome);
    for (let index = 0; index < 3; index += 1) await turn();
  };
  return { begun, commit, end };
}

const never = (): undefined => undefined;

test("one that comes after all waits for all, and others for none", async () => {
  const { begun, commit, end } = slowly();
  const chunks = [chunk("a"), chunk("b", true), chunk("c"), chunk("d", true)];
  const all = commitChunks(chunks, commit, never);
  await turn();
  expect(begun).toEqual(["a"]);
  await end("a", { kind: "done", revision: 1n });
  expect(begun).toEqual(["a", "b", "c"]);
  await end("c", { kind: "done", revision: 7n });
  expect(begun).toHaveLength(3);
  await end("b", { kind: "done", revision: 2n });
  expect(begun).toHaveLength(4);
  await end("d", { kind: "done", revision: 3n });
  expect(await all).toEqual({ revision: 7n, keys: 4, failure: undefined });
});

test("after one that did not take place none begins, and those under way are waited for", async () => {
  const { begun, commit, end } = slowly();
  const all = commitChunks([chunk("a"), chunk("b"), chunk("c", true)], commit, never);
  await turn();
  await end("a", { kind: "lost" });
  let isOver = false;
  void all.then(() => (isOver = true));
  await turn();
  expect(isOver).toBe(false);
  await end("b", { kind: "done", revision: 2n });
  expect(await all).toEqual({ revision: 2n, keys: 1, failure: { kind: "lost" } });
  expect(begun).toEqual(["a", "b"]);
});

test("no more are under way than etcd's disk has use for, and none begins when the time is over", async () => {
  const { begun, commit, end } = slowly();
  let isLate = false;
  const all = commitChunks<Lost>(
    Array.from({ length: 20 }, (_, index) => chunk(String(index))),
    commit,
    () => (isLate ? { kind: "lost" } : undefined),
  );
  await turn();
  expect(begun).toHaveLength(8);
  isLate = true;
  for (const name of begun) await end(name, { kind: "done", revision: 1n });
  expect(await all).toMatchObject({ keys: 8, failure: { kind: "lost" } });
  expect(begun).toHaveLength(8);
});
