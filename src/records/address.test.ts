/** Addresses: strict to read, canonical to write, and sorted into kinds. */
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, test } from "vitest";
import { parseAddress, targetKind } from "./address.ts";

describe("parseAddress", () => {
  test.each([
    ["192.168.122.167", "192.168.122.167"],
    ["FD00:0:0::1", "fd00::1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8::", "2001:db8::"],
  ])("reads %j as %j", (text, expected) => {
    expect(parseAddress(text)).toBe(expected);
  });

  test.each([
    "",
    "1.2.3",
    "1.2.3.4.5",
    "0x7f.0.0.1",
    "127.1",
    "256.1.1.1",
    "01.2.3.4",
    "fe80::1%eth0",
    "foo.dtk.io",
    "1.2.3.4 ",
    "::1\n",
  ])("refuses %j", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test("is a fixed point on every address", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const address = parseAddress(text);
        expect(address).toBeDefined();
        expect(parseAddress(address ?? "")).toBe(address);
      }),
    );
  });
});

test("an IPv4 address is what ipaddr.js reads as one", () => {
  const part = fc.oneof(
    fc.integer({ min: 0, max: 300 }).map(String),
    fc.constantFrom("", "00", "01", "0x1", "+1", " 1"),
  );
  const text = fc.array(part, { minLength: 3, maxLength: 5 }).map((parts) => parts.join("."));
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), text), (each) => {
      expect(parseAddress(each) !== undefined).toBe(ipaddr.IPv4.isValidFourPartDecimal(each));
    }),
  );
});

describe("targetKind", () => {
  test.each([
    ["192.0.2.1", "usable"],
    ["127.0.0.1", "usable"],
    ["10.0.0.1", "usable"],
    ["2001:db8::1", "usable"],
    ["::1", "usable"],
    ["0.0.0.0", "unspecified"],
    ["0.1.2.3", "unspecified"],
    ["::", "unspecified"],
    ["224.0.0.1", "multicast"],
    ["255.255.255.255", "multicast"],
    ["ff02::1", "multicast"],
    ["169.254.1.1", "link-local"],
    ["fe80::1", "link-local"],
    ["fe80::1%eth0", "zoned"],
    ["foo.dtk.io", "name"],
    ["", "name"],
  ])("%j is %s", (target, kind) => {
    expect(targetKind(target)).toBe(kind);
  });
});
