import { expect, test } from "vitest";
import { toChunks } from "./chunks.ts";

const options = {
  revisionOf: (key: string): bigint => BigInt(key.length),
  guards: [{ key: "meta", modRevision: 1n }],
  head: { key: "head", value: (chunk: number) => `change ${chunk}` },
};

test("nothing to do is no transaction", () => {
  expect(toChunks([], options)).toEqual([]);
  expect(toChunks([{ changes: new Map() }], options)).toEqual([]);
});

test("a transaction compares what it changes, the guards and the head", () => {
  const changes = new Map([
    ["aa", "1"],
    ["bbb", undefined],
  ]);
  expect(toChunks([{ changes }], options)).toEqual([
    {
      compares: [
        { key: "meta", modRevision: 1n },
        { key: "aa", modRevision: 2n },
        { key: "bbb", modRevision: 3n },
        { key: "head", modRevision: 4n },
      ],
      puts: [
        { key: "aa", value: "1" },
        { key: "head", value: "change 0" },
      ],
      deletes: ["bbb"],
      isAfterAll: false,
    },
  ]);
});

test("the first and the last of many put the head, and those between wait for the first alone", () => {
  const parts = Array.from({ length: 4 }, (_, index) => ({
    changes: new Map(Array.from({ length: 100 }, (_key, key) => [`record ${index} ${key}`, "r"])),
  }));
  const chunks = toChunks(parts, options);
  const heads = chunks.map(({ puts }) => puts.find(({ key }) => key === "head")?.value);
  expect(heads).toEqual(["change 0", undefined, undefined, "change 3"]);
  for (const { compares } of chunks.slice(1)) expect(compares).toContainEqual({ key: "head", value: "change 0" });
  expect(chunks.map(({ isAfterAll }) => isAfterAll)).toEqual([false, true, false, true]);
});

test("what builds on a key of an earlier one waits for it, and without a head nothing else does", () => {
  const part = (index: number, guard: string) => ({
    changes: new Map([...Array.from({ length: 110 }, (_, key) => [`${index} ${key}`, "r"] as const), ["guard", guard]]),
  });
  const chunks = toChunks([part(0, "a"), { changes: new Map([["x", "1"], ...part(1, "").changes]) }, part(2, "b")], {
    ...options,
    head: undefined,
  });
  expect(chunks.map(({ isAfterAll }) => isAfterAll)).toEqual([false, true, true]);
});

test("no transaction is too large for etcd, names stay whole, and each compares what the one before wrote", () => {
  const parts = Array.from({ length: 100 }, (_, index) => ({
    changes: new Map([
      [`record ${index}`, "r"],
      [`published ${index}`, "p"],
      ["guard", String(index)],
    ]),
  }));
  const chunks = toChunks(parts, options);
  expect(chunks).toHaveLength(2);
  for (const { compares, puts, deletes } of chunks) {
    expect(compares.length).toBeLessThanOrEqual(128);
    expect(puts.length + deletes.length).toBeLessThanOrEqual(128);
    const keys = new Set(puts.map(({ key }) => key));
    for (const key of keys) if (key.startsWith("record ")) expect(keys).toContain(key.replace("record", "published"));
  }
  expect(chunks[1]?.compares).toContainEqual({ key: "head", value: "change 0" });
  const guard = chunks[0]?.puts.find(({ key }) => key === "guard")?.value ?? "";
  expect(chunks[1]?.compares).toContainEqual({ key: "guard", value: guard });
  expect(chunks.flatMap(({ puts }) => puts).filter(({ key }) => key.startsWith("record "))).toHaveLength(100);
});

test("large values are cut by their bytes", () => {
  const parts = Array.from({ length: 10 }, (_, index) => ({
    changes: new Map([[`key ${index}`, "x".repeat(200_000)]]),
  }));
  for (const { puts } of toChunks(parts, options)) {
    expect(puts.reduce((sum, { value }) => sum + value.length, 0)).toBeLessThan(1_500_000);
  }
});
