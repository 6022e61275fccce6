/** Kinds that only others look at give nothing, and classes leave Ingresses out by name. */
import { expect, test } from "vitest";
import { linesOf, metadata, neighboursOf } from "../../../../test/support/cluster-objects.ts";
import { gatewayKind } from "./gateway.ts";
import { ingressKind } from "./ingress.ts";
import { serviceKind } from "./service.ts";
import { translateObject } from "./translate-object.ts";

const neighbours = neighboursOf();
const classes = new Set(["nginx"]);
const annotated = (name: string) => metadata("test", { "kubernetes.io/ingress.class": name });
const ingress = (ingressClassName: string | undefined, meta = metadata("test")) => ({
  metadata: meta,
  spec: { ingressClassName, rules: [{ host: "foo.dtk.io" }] },
});

test.each([
  { object: ingress("nginx"), shown: true },
  { object: ingress("traefik"), shown: false },
  { object: ingress(undefined), shown: false },
  { object: ingress(undefined, annotated("nginx")), shown: true },
  { object: ingress("", annotated("nginx")), shown: true },
  { object: ingress("traefik", annotated("nginx")), shown: false },
])("of the class nginx alone, $object: $shown", ({ object, shown }) => {
  expect(linesOf(translateObject(ingressKind, object, { neighbours }))).toEqual(["foo.dtk.io"]);
  const { notAsked, ...rest } = translateObject(ingressKind, object, { neighbours, classes });
  expect(linesOf(rest)).toEqual(shown ? ["foo.dtk.io"] : []);
  expect(notAsked.map(({ reason }) => reason)).toEqual(shown ? [] : ["other-class"]);
});

test("a Service has no class", () => {
  const object = { metadata: metadata("test", { hostname: "foo.dtk.io", target: "192.0.2.1" }) };
  expect(linesOf(translateObject(serviceKind, object, { neighbours, classes }))).toEqual(["A foo.dtk.io -> 192.0.2.1"]);
});

test("a Gateway without a route gives no name", () => {
  const object = { metadata: metadata("test"), spec: { listeners: [{ hostname: "foo.dtk.io" }] } };
  expect(translateObject(gatewayKind, object, { neighbours })).toEqual({
    endpoints: [],
    withoutTarget: [],
    notAsked: [],
  });
});
