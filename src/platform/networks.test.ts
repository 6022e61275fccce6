/** Networks as text, and those of this machine. */
import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { parseCaller } from "../records/caller.ts";
import { formatNetwork, isInNetwork, parseNetwork } from "../records/network.ts";
import { systemNetworks } from "./networks.ts";

test.each([
  ["192.0.2.0/24", "192.0.2.0/24"],
  ["192.0.2.7/24", "192.0.2.0/24"],
  ["192.0.2.7", "192.0.2.7/32"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["fd00::1/8", "fd00::/8"],
  ["::1", "::1/128"],
  ["::ffff:192.0.2.0/120", "192.0.2.0/24"],
  [" 10.0.0.0/8 ", "10.0.0.0/8"],
])("%s is %s", (text, expected) => {
  const network = parseNetwork(text);
  expect(network && formatNetwork(network)).toBe(expected);
});

test.each([
  "",
  "foo",
  "192.0.2",
  "192.0.2.0/33",
  "192.0.2.0/-1",
  "192.0.2.0/",
  "192.0.2.0/24/8",
  "fd00::/129",
  "fe80::1%eth0",
  "010.0.0.1",
  "1.2.3.4/ 8",
])("%j is not a network", (text) => {
  expect(parseNetwork(text)).toBeUndefined();
});

test.each([
  ["192.0.2.9", "192.0.2.0/24", true],
  ["192.0.3.9", "192.0.2.0/24", false],
  ["::ffff:192.0.2.9", "192.0.2.0/24", true],
  ["::ffff:192.0.3.9", "192.0.2.0/24", false],
  ["192.0.2.9", "::/0", false],
  ["::1", "0.0.0.0/0", false],
  ["fd00::9", "fd00::/64", true],
  ["fe80::9%virbr0", "fe80::/10", true],
  ["192.0.2.9", "0.0.0.0/0", true],
])("%s in %s: %s", (remote, text, expected) => {
  const [caller, network] = [parseCaller(remote), parseNetwork(text)];
  expect(caller && network && isInNetwork(caller, network)).toBe(expected);
});

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["::ffff:127.0.0.1", "127.0.0.1"],
  ["FE80::1%virbr0", "fe80::1%virbr0"],
  [undefined, undefined],
  ["", undefined],
  ["foo", undefined],
])("the caller %s is %s", (remote, expected) => {
  expect(parseCaller(remote)?.text).toBe(expected);
});

test("this machine's networks are what the operating system says", () => {
  const names = new Set(Object.keys(networkInterfaces()));
  const found = systemNetworks.interfaces();
  expect(new Set(found.map(({ interfaceName }) => interfaceName))).toEqual(names);
  expect(found).toContainEqual(expect.objectContaining({ address: "127.0.0.1", bits: 8 }));
});
