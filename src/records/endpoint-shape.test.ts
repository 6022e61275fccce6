/** What is accepted as an endpoint, and that judging changes nothing. */
import { expect, test } from "vitest";
import { isEndpoint } from "./endpoint-shape.ts";

const whole = { dnsName: "foo.dtk.io", recordType: "A", targets: ["192.0.2.1"] };

const deep: unknown = JSON.parse(`${'{"a":['.repeat(100_000)}${"]}".repeat(100_000)}`);

test.each([
  [
    "as ExternalDNS sends it",
    { ...whole, recordTTL: 60, setIdentifier: "", labels: { resource: "ingress/default/test" } },
  ],
  [
    "with nulls, which Go reads as nothing",
    { ...whole, targets: null, labels: null, providerSpecific: null, recordTTL: null },
  ],
  ["with keys that nobody knows yet", { ...whole, shiny: { deep: [1] } }],
  ["with any record type", { ...whole, recordType: "NAPTR" }],
  [
    "with a name longer than DNS allows, as ownership records have",
    { ...whole, dnsName: `cname-${"a".repeat(63)}.dtk.io` },
  ],
  ["with foreign provider-specific values", { ...whole, providerSpecific: [{ name: "aws/weight", value: "10" }] }],
  ["with a label called __proto__", JSON.parse('{"dnsName":"a.io","recordType":"A","labels":{"__proto__":"x"}}')],
])("takes one %s", (_, value) => {
  const before = JSON.stringify(value);
  expect(isEndpoint(value)).toBe(true);
  expect(JSON.stringify(value)).toBe(before);
});

test.each([
  ["null", null],
  ["a text", "foo.dtk.io"],
  ["a list", [whole]],
  ["no name", { recordType: "A" }],
  ["no type", { dnsName: "foo.dtk.io" }],
  ["targets that are not a list", { ...whole, targets: "192.0.2.1" }],
  ["a target that is not a text", { ...whole, targets: [1] }],
  ["labels that are a list", { ...whole, labels: ["owner"] }],
  ["a label that is not a text", { ...whole, labels: { owner: 1 } }],
  ["a provider-specific value that is a list", { ...whole, providerSpecific: [[]] }],
  ["a provider-specific value that is not a text", { ...whole, providerSpecific: [{ name: "a", value: 1 }] }],
  ["a C1 control character in the type", { ...whole, recordType: "A\u0085" }],
  ["a TTL that JavaScript cannot keep exactly", { ...whole, recordTTL: 2 ** 53 }],
  ["a line break in the name", { ...whole, dnsName: "x.dtk.io\n6.6.6.6 bank.com" }],
  ["a NUL in the set identifier", { ...whole, setIdentifier: "a\0b" }],
  ["an unknown key that is nested too deeply to be written again", { ...whole, shiny: deep }],
  ["the same in a provider-specific value", { ...whole, providerSpecific: [{ name: "a", shiny: deep }] }],
])("refuses %s", (_, value) => {
  expect(isEndpoint(value)).toBe(false);
});
