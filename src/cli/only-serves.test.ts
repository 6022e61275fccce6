/** Proves that the server's own bundle, which has no other command, is loaded for the server alone. */
import { expect, test } from "vitest";
import { onlyServes } from "./only-serves.ts";
import { commands } from "./server/commands.ts";

test.each([
  [[]],
  [["serve"]],
  [["--cluster-ip=192.168.122.167", "--port=5000", "--domains=dtk.io,mydomain.io"]],
  [["--cluster-ip", "192.168.122.167", "--port", "5000", "--dry-run"]],
  [["--help"]],
])("%j only serves", (words) => {
  expect(onlyServes(words)).toBe(true);
});

test.each(commands.map(({ name }) => name).filter((name) => name !== "serve"))("%s does not, at any place", (name) => {
  expect(onlyServes([name])).toBe(false);
  expect(onlyServes(["--debug", name, "--json"])).toBe(false);
});
