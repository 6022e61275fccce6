/** Data of records: what sources send, and what no DNS server may be given. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Field, type RecordData, dataLength, readRecordSet } from "./record-data.ts";

function read(type: string, ...targets: readonly string[]) {
  const set = readRecordSet({ type, targets });
  return { ...set, records: set?.records.map(write) };
}

function write(data: RecordData): string {
  return data.map(writeField).join(" ");
}

function writeField(field: Field): string {
  if (field.kind === "string") return `<${field.octets}>`;
  return field.kind === "name" ? `${field.name}.` : String("value" in field ? field.value : field.address);
}

describe("what ExternalDNS sends is read", () => {
  test.each([
    ["TXT", "hello", "<hello>"],
    ["TXT", "", "<>"],
    ["TXT", 'say "x"', '<say "x">'],
    ["TXT", '"v=spf1 -all"', "<v=spf1 -all>"],
    ["TXT", '"a \\"b\\" \\\\ \\065"', '<a "b" \\ A>'],
    ["TXT", '"one" "two"', "<one> <two>"],
    ["TXT", '"open', '<"open>'],
    ["TXT", "back\\slash", "<back\\slash>"],
    ["TXT", "ü", "<\xc3\xbc>"],
    ["TXT", `${"a".repeat(255)}b`, `<${"a".repeat(255)}> <b>`],
    ["SRV", "0 5 5060 sip.dtk.io.", "0 5 5060 sip.dtk.io."],
    ["SRV", "0 5 5060 SIP.dtk.io", "0 5 5060 sip.dtk.io."],
    ["SRV", "0 0 0 .", "0 0 0 ."],
    ["MX", "10 mail.dtk.io", "10 mail.dtk.io."],
    ["PTR", "foo.dtk.io", "foo.dtk.io."],
    ["NAPTR", '100 10 "u" "E2U+sip" "!^.*$!sip:i@x!" .', "100 10 <u> <E2U+sip> <!^.*$!sip:i@x!> ."],
    ["NAPTR", "100 10 u E2U+sip !^.*$!sip:i@x! .", "100 10 <u> <E2U+sip> <!^.*$!sip:i@x!> ."],
  ])("%s %s", (type, target, expected) => {
    expect(read(type, target)).toEqual({ records: [expected], unreadable: [] });
  });
});

test.each([
  ["SRV", "0 5 5060"],
  ["SRV", "0 5 65536 sip.dtk.io"],
  ["SRV", "-1 5 5060 sip.dtk.io"],
  ["SRV", '0 5 "5060" sip.dtk.io'],
  ["SRV", "0 5 5060 a..b"],
  ["MX", `10 ${"a".repeat(64)}.dtk.io`],
  ["MX", `10 ${"abc.".repeat(64)}io`],
  ["MX", "mail.dtk.io"],
  ["PTR", ""],
  ["PTR", "two words"],
  ["PTR", "b\u00fccher.dtk.io"],
  ["NAPTR", '100 10 "u" "E2U+sip" .'],
  ["NAPTR", `100 10 "u" "E2U+sip" "${"x".repeat(256)}" .`],
  ["NAPTR", '100 10 "u" "E2U+sip "!^.*$!x!" .'],
])("%s %s is not read", (type, target) => {
  expect(read(type, target)).toEqual({ records: [], unreadable: [target] });
});

test("one bad target leaves the others, and what is the same is there once", () => {
  expect(read("MX", "10 a.dtk.io", "bad", "10 A.dtk.io.", "20 b.dtk.io")).toEqual({
    records: ["10 a.dtk.io.", "20 b.dtk.io."],
    unreadable: ["bad"],
  });
});

test.each(["NS", "DNAME", "CAA", "A"])("%s is not served in this way", (type) => {
  expect(readRecordSet({ type, targets: ["x"] })).toBeUndefined();
});

test("whatever is sent, every part fits into its place", () => {
  const anything = fc.oneof(fc.string({ unit: "binary", maxLength: 600 }), fc.stringMatching(/^"[ -~]{0,300}"?$/));
  fc.assert(
    fc.property(fc.constantFrom("MX", "NAPTR", "PTR", "SRV", "TXT"), anything, (type, target) => {
      for (const data of readRecordSet({ type, targets: [target] })?.records ?? []) {
        expect(dataLength(data)).toBeLessThan(65_536);
        for (const field of data) {
          if (field.kind === "string") expect(field.octets).toMatch(/^[\x00-\xff]{0,255}$/);
          if (field.kind === "name") expect(field.name).toMatch(/^(?:[\x21-\x7e]{1,253})?$/);
        }
      }
    }),
  );
});
