/** Fails the test file that changes this machine's own hosts file, which no test may ever do. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterAll } from "vitest";

const path = "/etc/hosts";
const before = readFileSync(path, "utf8");

afterAll(() => {
  assert.equal(readFileSync(path, "utf8"), before, `the tests of this file changed ${path} of this machine`);
});
