/** The interface towards a cluster is the one in whose network its address lies. */
import { expect, test } from "vitest";
import { parseAddress } from "../../records/address.ts";
import { findNear } from "./opening.ts";

const mac = "52:54:00:00:00:01";
const interfaces = [
  { interfaceName: "lo", address: "127.0.0.1", bits: 8, mac: "00:00:00:00:00:00" },
  { interfaceName: "eth0", address: "192.168.0.12", bits: 24, mac },
  { interfaceName: "virbr0", address: "192.168.122.1", bits: 24, mac },
  { interfaceName: "virbr0", address: "fd00:122::1", bits: 64, mac },
];

test.each([
  { addresses: ["192.168.122.167"], expected: "192.168.122.1" },
  { addresses: ["fd00:122::167"], expected: "fd00:122::1" },
  { addresses: ["10.0.0.1", "192.168.0.40"], expected: "192.168.0.12" },
  { addresses: ["10.0.0.1"], expected: undefined },
  { addresses: [], expected: undefined },
])("$addresses: $expected", ({ addresses, expected }) => {
  const parsed = addresses.flatMap((text) => parseAddress(text) ?? []);
  expect(findNear(parsed, interfaces)?.address).toBe(expected);
});
