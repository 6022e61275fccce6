/** A name is resolved by the system's own resolver. */
import { expect, test } from "vitest";
import { runProgram } from "../../base/process.ts";
import { resolveName } from "./lookup.ts";

test("localhost is this machine, and an address is listed once", async () => {
  const found = await resolveName({ run: runProgram }, "localhost");
  expect(found.some((address) => /^(?:127\.|::1$)/.test(address))).toBe(true);
  expect(new Set(found).size).toBe(found.length);
});

test("an unknown name has none", async () => {
  const run = async () => ({ ok: false, output: "", complaint: "", isMissing: false });
  expect(await resolveName({ run }, "unknown.test")).toEqual([]);
});

test("without getent Node asks", async () => {
  const run = async () => ({ ok: false, output: "", complaint: "", isMissing: true });
  expect(await resolveName({ run }, "127.0.0.1")).toEqual(["127.0.0.1"]);
});
