/** The process's own limit as the kernel says it. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { connectionLimits } from "./connections.ts";
import { descriptorLimit, parseDescriptorLimit } from "./descriptors.ts";

test("the soft limit is what counts", () => {
  const table = [
    "Limit                     Soft Limit           Hard Limit           Units     ",
    "Max processes             31000                31000                processes ",
    "Max open files            1024                 524288               files     ",
  ].join("\n");
  expect(parseDescriptorLimit(table)).toBe(1024);
  expect(parseDescriptorLimit(table.replace("1024  ", "unlimited"))).toBe(Number.POSITIVE_INFINITY);
});

test.runIf(process.platform === "linux")("this process's is what its shell would say", () => {
  // A child has the limits of its parent (setrlimit(2)).
  expect(String(descriptorLimit())).toBe(execFileSync("sh", ["-c", "ulimit -Sn"], { encoding: "utf8" }).trim());
});

test.each([
  [Number.POSITIVE_INFINITY, 1024, 32],
  [524_288, 1024, 32],
  [1024, 960, 32],
  [128, 64, 16],
  [20, 16, 4],
])("%d descriptors are enough for %d connections, %d of them strangers'", (descriptors, total, strangers) => {
  expect(connectionLimits(descriptors)).toMatchObject({ total, strangers });
});
