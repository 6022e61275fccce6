/** Which hosts are this machine: a secret goes nowhere else. */
import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { isInterfaceAddress, isOwnAddress, ownAddressesOf } from "./own-host.ts";

const interfaces = Object.values(networkInterfaces()).flatMap((list = []) => list.map(({ address }) => address));

test.each(interfaces.slice(0, 8))("%s, which an interface has, is", async (address) => {
  expect([isInterfaceAddress(address), isOwnAddress(address)]).toEqual([true, true]);
});

test.each(["127.0.0.1", "127.1.2.3", "::1"])(
  "%s, which is loopback, is, whatever the interfaces have",
  async (address) => {
    expect(isOwnAddress(address)).toBe(true);
    expect(await ownAddressesOf(address)).toEqual([address]);
  },
);

test.each(["192.0.2.1", "2001:db8::1", "0.0.0.0"])("%s is not", async (address) => {
  expect([isInterfaceAddress(address), isOwnAddress(address)]).toEqual([false, false]);
  expect(await ownAddressesOf(address)).toEqual([]);
});

test("localhost is, with its addresses", async () => {
  const found = await ownAddressesOf("localhost");
  expect(found.length).toBeGreaterThan(0);
  expect(found.every(isOwnAddress)).toBe(true);
});
