/** Networks as text, and default routes as Linux lists them. */
import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { parseCaller } from "./caller.ts";
import { findDefaultRoutes, formatNetwork, isInNetwork, parseNetwork, systemNetworks } from "./network.ts";

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
])("%j is no network", (text) => {
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

describe("default routes", () => {
  const header = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

  test.each([
    ["a default route", "eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n", ["eth0"]],
    ["a network", "virbr0\t007AA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n", []],
    [
      "a VPN that takes half of all addresses",
      "tap0\t00000080\t0100A8C0\t0003\t0\t0\t0\t00000080\t0\t0\t0\n",
      ["tap0"],
    ],
    ["an unreachable default", "lo\t00000000\t00000000\t0200\t0\t0\t0\t00000000\t0\t0\t0\n", []],
    ["nothing", "", []],
  ])("%s", (_, row, expected) => {
    expect([...findDefaultRoutes({ ipv4: header + row, ipv6: "" })]).toEqual(expected);
  });

  test("of IPv6", () => {
    const zero = "0".repeat(32);
    const gateway = "fe800000000000000000000000000001";
    const ipv6 = [
      `${zero} 00 ${zero} 00 ${gateway} 00000400 00000002 00000000 00450003     eth1`,
      `fd000000000000000000000000000000 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     virbr0`,
      `${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo`,
    ].join("\n");
    expect([...findDefaultRoutes({ ipv4: header, ipv6 })]).toEqual(["eth1"]);
  });
});

test("this machine's networks are what the operating system says", () => {
  const names = new Set(Object.keys(networkInterfaces()));
  const found = systemNetworks.interfaces();
  expect(new Set(found.map(({ interfaceName }) => interfaceName))).toEqual(names);
  expect(found).toContainEqual(expect.objectContaining({ address: "127.0.0.1", bits: 8 }));
});
