/** Fails the test file that changes this machine's own hosts file, which no test may ever do. */
import { readFileSync } from "node:fs";
import { afterAll, expect } from "vitest";

const path = "/etc/hosts";
const before = readFileSync(path, "utf8");

afterAll(() => {
  expect(readFileSync(path, "utf8"), `the tests of this file changed ${path} of this machine`).toBe(before);
});
