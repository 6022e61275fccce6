/** Whom the limits for each caller count. */
import { expect, test } from "vitest";
import { makeTestApp, neighbour } from "../../test/support/test-app.ts";
import { originOf, parseCaller } from "./caller.ts";

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
  ["2001:db8:1:3::1", "2001:db8:1:3::/64"],
  ["fe80::1%virbr0", "fe80:0:0:0::/64%virbr0"],
  ["fe80::1%virbr1", "fe80:0:0:0::/64%virbr1"],
])("%s counts as %s", (remote, origin) => {
  const caller = parseCaller(remote);
  expect(caller && originOf(caller)).toBe(origin);
});

test("the caller is known before it says anything", async () => {
  await using app = await makeTestApp({
    networks: {
      interfaces: () => [{ interfaceName: "virbr0", address: "2001:db8::1", bits: 64, mac: "02:00:00:00:00:02" }],
      inner: () => new Set(["virbr0"]),
    },
  });
  expect(app.judge("::ffff:127.0.0.1")).toEqual({ place: "own", origin: "127.0.0.1" });
  // Not counted with the guests of its network.
  expect(app.judge("2001:db8::1")).toEqual({ place: "own", origin: "2001:db8::1" });
  expect(app.judge("2001:db8::7")).toEqual({ place: "allowed", origin: "2001:db8:0:0::/64" });
  expect(app.judge(neighbour)).toEqual({ place: "stranger", origin: neighbour });
  expect(app.judge(undefined)).toEqual({ place: "stranger", origin: "" });
});
