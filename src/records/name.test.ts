/** What counts as a DNS name, and which of them a hosts file can hold. */
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, test } from "vitest";
import { parseDNSName, parseHostName, toALabels } from "./name.ts";

const label63 = "a".repeat(63);
const name253 = `${label63}.${label63}.${label63}.${"a".repeat(61)}`;

describe("parseDNSName", () => {
  test.each([
    ["foo.dtk.io", "foo.dtk.io"],
    ["FOO.dtk.IO.", "foo.dtk.io"],
    ["*.w.dtk.io", "*.w.dtk.io"],
    ["_sip._tcp.dtk.io", "_sip._tcp.dtk.io"],
    ["a-foo.dtk.io", "a-foo.dtk.io"],
    ["bücher.dtk.io", "bücher.dtk.io"],
    [`${label63}.io`, `${label63}.io`],
    [name253, name253],
    [`${name253}.`, name253],
  ])("takes %j", (text, expected) => {
    expect(parseDNSName(text)).toBe(expected);
  });

  test.each([
    "",
    ".",
    "..",
    "a..b",
    ".dtk.io",
    "foo.dtk.io..",
    `${label63}a.io`,
    `${name253}a`,
    `${"ü".repeat(32)}.io`,
    "x.dtk.io\n6.6.6.6 bank.com evil.dtk.io",
    "x.dtk.io\r",
    "a b.dtk.io",
    "a\tb.dtk.io",
    "a#b.dtk.io",
    "a\u0000b.dtk.io",
    "a\u00a0b.dtk.io",
    "a\u2028b.dtk.io",
    "a\u200bb.dtk.io",
    "\ud800.dtk.io",
  ])("refuses %j", (text) => {
    expect(parseDNSName(text)).toBeUndefined();
  });
});

describe("parseHostName", () => {
  test.each([
    ["foo.dtk.io", "foo.dtk.io"],
    ["xn--bcher-kva.dtk.io", "xn--bcher-kva.dtk.io"],
    ["Bücher.dtk.io", "xn--bcher-kva.dtk.io"],
    ["例え.テスト", "xn--r8jz45g.xn--zckzah"],
    ["1password.dtk.io", "1password.dtk.io"],
    ["10.dtk.io", "10.dtk.io"],
  ])("turns %j into %j", (text, expected) => {
    expect(parseHostName(text)).toBe(expected);
  });

  test.each([
    "*.dtk.io",
    "a_b.dtk.io",
    "-a.dtk.io",
    "a-.dtk.io",
    "1.2.3.4",
    "0x7f.1",
    "192.168.1",
    "x.dtk.io/y",
    "x@dtk.io",
    "x:80",
    "１.２.３.４",
    "１",
    "a%62.dtk.io",
    "ü/.dtk.io",
  ])("cannot hold %j", (text) => {
    expect(parseHostName(text)).toBeUndefined();
  });

  test("never yields what ipaddr.js reads as an address", () => {
    const label = fc.oneof(
      fc.stringMatching(/^(?:0x)?[0-9a-f]{1,9}$/),
      fc.constantFrom("0x", "x1", "io", "a-b", "00", "0x7f"),
    );
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 5 }), (labels) => {
        const text = labels.join(".");
        const isNumeric = /^[0-9]+$/.test(labels.at(-1) ?? "");
        expect(parseHostName(text)).toBe(isNumeric || ipaddr.isValid(text) ? undefined : text);
      }),
      { numRuns: 2000 },
    );
  });

  test("never yields anything that could end a line, begin a comment or be two words", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.domain(), fc.string({ unit: "grapheme" })), (text) => {
        expect(parseHostName(text) ?? "fits").toMatch(/^[a-z0-9.-]{1,253}$/);
      }),
    );
  });

  test("gives every ordinary domain back in lower case", () => {
    fc.assert(
      fc.property(fc.domain(), (domain) => {
        expect(parseHostName(domain)).toBe(domain.toLowerCase());
      }),
    );
  });
});

describe("toALabels", () => {
  const spelled = (text: string): string | undefined => {
    const name = parseDNSName(text);
    return name && toALabels(name);
  };

  test.each([
    ["*.Bücher.dtk.io.", "*.xn--bcher-kva.dtk.io"],
    ["_sip._tcp.bücher.io", "_sip._tcp.xn--bcher-kva.io"],
    ["１.dtk.io", "1.dtk.io"],
    ["-a/b@c.dtk.io", "-a/b@c.dtk.io"],
  ])("spells %j %j", (text, expected) => {
    expect(spelled(text)).toBe(expected);
  });

  test.each(["ü!.dtk.io", "*ü.dtk.io", "ü@x.dtk.io"])("has none for %j", (text) => {
    expect(parseDNSName(text)).toBeDefined();
    expect(spelled(text)).toBeUndefined();
  });

  test("an A-label stays as it is, and nothing but ASCII comes out", () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.string({ unit: "grapheme" })), (text) => {
        const once = spelled(text);
        expect(once === undefined ? once : spelled(once)).toBe(once);
        expect(once ?? "fits").toMatch(/^[\x21-\x7e]{1,253}$/);
      }),
    );
  });
});
