/** Any client that asks about the server's health learns the address it is seen from. A guest behind translation needs it. */
import { expect, test } from "vitest";
import { makeTestApp } from "../../test/support/test-app.ts";

test.each([
  ["127.0.0.1", 200, "127.0.0.1"],
  ["::ffff:192.168.122.167", 200, "192.168.122.167"],
  ["203.0.113.9", 403, "203.0.113.9"],
])("from %s: %s, seen as %s", async (from, status, seen) => {
  await using app = await makeTestApp();
  const answer = await app.call("GET /healthz", { from });
  expect([answer.status, answer.headers.get("x-seen-from")]).toEqual([status, seen]);
});
