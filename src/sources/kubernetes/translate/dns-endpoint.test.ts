/** A DNSEndpoint's records come as they are written; what no record of the type can hold is named. */
import { expect, test } from "vitest";
import { linesOf, metadata, neighboursOf } from "../../../../test/support/cluster-objects.ts";
import { dnsEndpointKind } from "./dns-endpoint.ts";

function translate(endpoints: unknown, annotations = {}) {
  const object = { metadata: metadata("test", annotations), spec: { endpoints } };
  const translation = dnsEndpointKind.translate?.(object, neighboursOf());
  if (translation === undefined) throw new Error("DNSEndpoints are translated");
  return translation;
}

const record = (recordType: string, ...targets: readonly string[]) => ({
  dnsName: "Foo.dtk.io.",
  recordType,
  targets,
  recordTTL: 60,
  setIdentifier: "one",
  labels: { resource: "forged" },
  providerSpecific: [{ name: "alias", value: "true" }],
});

test("name, type and targets, and nothing else", () => {
  expect(translate([record("A", "192.0.2.1", "192.0.2.2")])).toEqual({
    endpoints: [
      {
        dnsName: "foo.dtk.io",
        recordType: "A",
        targets: ["192.0.2.1", "192.0.2.2"],
        labels: { resource: "crd/default/test" },
      },
    ],
    withoutTarget: [],
    notAsked: [],
  });
});

test("annotations mean nothing here", () => {
  const annotations = { controller: "other", hostname: "bar.dtk.io", target: "192.0.2.9" };
  expect(linesOf(translate([record("A", "192.0.2.1")], annotations))).toEqual(["A foo.dtk.io -> 192.0.2.1"]);
});

test.each([
  ["A", "192.0.2.1"],
  ["AAAA", "2001:db8::1"],
  ["AAAA", "::ffff:192.0.2.1"],
  ["CNAME", "bar.dtk.io."],
  ["TXT", "any text, with a dot."],
  ["MX", "10 mail.dtk.io"],
  ["SRV", "10 5 5060 sip.dtk.io."],
  ["SRV", "10 5 5060 sip.dtk.io"],
  ["NS", "ns.dtk.io"],
])("%s may be %s", (type, target) => {
  expect(linesOf(translate([record(type, target)]))).toEqual([`${type} foo.dtk.io -> ${target}`]);
});

test.each([
  ["A", "2001:db8::1"],
  ["A", "bar.dtk.io"],
  ["A", "192.0.2.1."],
  ["A", "192.0.2.01"],
  ["AAAA", "192.0.2.1"],
  ["MX", "mail.dtk.io"],
  ["MX", "65536 mail.dtk.io"],
  ["MX", "-1 mail.dtk.io"],
  ["SRV", "10 5 sip.dtk.io."],
  ["SRV", "10 5 65536 sip.dtk.io"],
])("%s cannot be %s, which takes only this record away", (type, target) => {
  const { notAsked, ...rest } = translate([record(type, target), record("A", "192.0.2.1")]);
  expect(linesOf(rest)).toEqual(["A foo.dtk.io -> 192.0.2.1"]);
  const sentence: unknown = expect.stringContaining(JSON.stringify(target));
  expect(notAsked).toEqual([{ reason: "bad-target", names: ["foo.dtk.io"], sentence }]);
});

test.each([
  { endpoint: { recordType: "A", targets: ["192.0.2.1"] }, reason: "no-host-name" },
  { endpoint: { dnsName: "foo.dtk.io", targets: ["192.0.2.1"] }, reason: "malformed" },
  { endpoint: { dnsName: "foo.dtk.io", recordType: "CNAME" }, reason: "no-target" },
  { endpoint: { dnsName: "foo bar", recordType: "A", targets: ["192.0.2.1"] }, reason: "not-a-dns-name" },
])("$reason: $endpoint", ({ endpoint, reason }) => {
  const translation = translate([endpoint]);
  expect(translation).toMatchObject({ endpoints: [], withoutTarget: [], notAsked: [{ reason }] });
});
