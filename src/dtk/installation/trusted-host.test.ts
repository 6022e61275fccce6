/** A cluster's token goes to this machine, or where the user says by typing it; a configuration alone is not enough. */
import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { ownAddressesOf } from "./own-host.ts";
import { requireTrustedHost } from "./trusted-host.ts";

const port = 5000;
const interfaces = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
const own = interfaces.map(({ address }) => address);

test.each([...own, "127.0.0.1", "10.0.2.2", "host.docker.internal", "host.minikube.internal", "host.lima.internal"])(
  "%s is this machine, no matter which setting says so",
  (host) => {
    expect(() => requireTrustedHost(host, { isHostTyped: false, port })).not.toThrow();
  },
);

test.each(["203.0.113.9", "192.168.65.254", "2001:db8::9", "evil.example.com", "host.docker.internal.evil.com"])(
  "%s in a configuration gets no token, and may be typed",
  (host) => {
    expect(() => requireTrustedHost(host, { isHostTyped: false, port })).toThrow(
      expect.objectContaining({
        code: "host-not-here",
        exitCode: 3,
        hint: expect.stringContaining(`--host-ip ${host}`),
      }),
    );
    expect(() => requireTrustedHost(host, { isHostTyped: true, port })).not.toThrow();
  },
);

test("only addresses of this machine are asked for the server", async () => {
  expect(await ownAddressesOf("127.0.0.1")).toEqual(["127.0.0.1"]);
  expect(await ownAddressesOf("203.0.113.9")).toEqual([]);
  expect(await ownAddressesOf("no-such-name.invalid")).toEqual([]);
  expect(await ownAddressesOf("localhost")).not.toEqual([]);
});
