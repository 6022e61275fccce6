/** An Ingress asks for the hosts of its rules, certificates and annotations, with the targets that it has. */
import { expect, test } from "vitest";
import { linesOf, metadata, neighboursOf } from "../../../../test/support/cluster-objects.ts";
import { ingressKind } from "./ingress.ts";

const rules = [{ host: "foo.dtk.io" }, { host: "bar.dtk.io" }, {}];
const tls = [{ hosts: ["foo.dtk.io", "tls.dtk.io"] }];
const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }, { hostname: "lb.dtk.io" }, { ip: "2001:db8::1" }] } };

function translate(object: unknown) {
  const translation = ingressKind.translate?.(object, neighboursOf());
  if (translation === undefined) throw new Error("Ingresses are translated");
  return translation;
}

test("without annotation and status: each host once, without a target", () => {
  const translation = translate({ metadata: metadata("test"), spec: { rules, tls } });
  expect(translation).toEqual({
    endpoints: [],
    withoutTarget: ["foo.dtk.io", "bar.dtk.io", "tls.dtk.io"].map((dnsName) => ({
      dnsName,
      targets: [dnsName],
      recordType: "CNAME",
      labels: { resource: "ingress/default/test" },
    })),
    notAsked: [],
  });
});

test("the status gives addresses and names, one record for each type", () => {
  expect(linesOf(translate({ metadata: metadata("test"), spec: { rules: [rules[0]] }, status }))).toEqual([
    "A foo.dtk.io -> 192.0.2.1",
    "CNAME foo.dtk.io -> lb.dtk.io",
    "AAAA foo.dtk.io -> 2001:db8::1",
  ]);
});

test("the annotation of the guide comes before the status", () => {
  const annotated = metadata("test", { target: "foo.dtk.io., 192.0.2.9" });
  expect(linesOf(translate({ metadata: annotated, spec: { rules: [rules[1]] }, status }))).toEqual([
    "CNAME bar.dtk.io -> foo.dtk.io",
    "A bar.dtk.io -> 192.0.2.9",
  ]);
});

test.each([
  { source: undefined, hosts: ["foo.dtk.io", "tls.dtk.io", "a.dtk.io", "b.dtk.io"] },
  { source: "Defined-Hosts-Only", hosts: ["foo.dtk.io", "tls.dtk.io"] },
  { source: "annotation-only", hosts: ["a.dtk.io", "b.dtk.io"] },
])("ingress-hostname-source $source", ({ source, hosts }) => {
  const named = { hostname: " a.dtk.io ,, b.dtk.io.", ...(source && { "ingress-hostname-source": source }) };
  const translation = translate({ metadata: metadata("test", named), spec: { rules: [rules[0]], tls } });
  expect(linesOf(translation)).toEqual(hosts);
  expect(translation.notAsked).toEqual([]);
});

test("any other ingress-hostname-source takes every name away, and says so", () => {
  const named = metadata("test", { "ingress-hostname-source": "both", hostname: "a.dtk.io" });
  const translation = translate({ metadata: named, spec: { rules, tls } });
  expect(linesOf(translation)).toEqual([]);
  expect(translation.notAsked).toMatchObject([
    { reason: "hostname-source", sentence: expect.stringContaining('ingress-hostname-source is "both"') },
  ]);
});

test.each([
  { controller: "dns-controller", hosts: ["foo.dtk.io"] },
  { controller: "other", hosts: [] },
  { controller: "", hosts: [] },
])("of the controller $controller: $hosts", ({ controller, hosts }) => {
  const { notAsked, ...rest } = translate({ metadata: metadata("test", { controller }), spec: { rules: [rules[0]] } });
  expect(linesOf(rest)).toEqual(hosts);
  expect(notAsked.map(({ reason }) => reason)).toEqual(hosts.length > 0 ? [] : ["other-controller"]);
});
