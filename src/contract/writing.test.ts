/** What is said of writers has one shape and a bounded length, whatever lies in etcd. */
import { expect, test } from "vitest";
import { toWritings, writingsSchema } from "./writing.ts";

const stamp = { by: "t1", at: "2026-01-01T00:00:00.000Z" };

test("a writing without history names nobody", () => {
  const found = [
    { cluster: "a", revision: "7", stamp },
    { cluster: "b", revision: "8", stamp: undefined },
  ];
  expect(toWritings(found)).toEqual([
    { cluster: "a", revision: "7", ...stamp },
    { cluster: "b", revision: "8", by: null, at: null },
  ]);
});

test("what others wrote too long is cut, so that it can be read back", () => {
  const long = { by: "x".repeat(10_000), at: "y".repeat(10_000) };
  const writings = toWritings([{ cluster: "a", revision: "7", stamp: long }]);
  expect(writingsSchema.parse(writings)).toEqual(writings);
});

test.each([
  [{ cluster: "a", revision: "-1", ...stamp }],
  [{ cluster: "a", revision: "7", ...stamp, by: "x".repeat(254) }],
  [{ cluster: "a", revision: "7", ...stamp, at: "x".repeat(65) }],
  [{ cluster: "x".repeat(254), revision: "7", ...stamp }],
])("%j is no writing", (writing) => {
  expect(writingsSchema.safeParse([writing]).success).toBe(false);
});
