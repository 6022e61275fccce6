/** Istio's Gateways and VirtualServices ask for the hosts that they serve outside the mesh. */
import { describe, expect, test } from "vitest";
import { linesOf, metadata, neighboursOf } from "../../../../test/support/cluster-objects.ts";
import { ingressKind } from "./ingress.ts";
import { istioGatewayKind } from "./istio-gateway.ts";
import { istioVirtualServiceKind } from "./istio-virtual-service.ts";
import type { Kind } from "./kind.ts";
import { serviceKind } from "./service.ts";

const published = (...ingress: readonly object[]) => ({ loadBalancer: { ingress } });
const selector = { istio: "ingressgateway" };
const services = [
  {
    metadata: metadata("a"),
    spec: { selector: { ...selector, app: "x" } },
    status: published({ ip: "192.0.2.2", hostname: "no.io" }),
  },
  { metadata: metadata("b"), spec: { selector, externalIPs: ["192.0.2.1"] }, status: published({ ip: "192.0.2.3" }) },
  { metadata: metadata("c"), spec: { selector }, status: published({ hostname: "lb.dtk.io" }) },
  { metadata: metadata("d"), spec: { selector: { app: "x" } }, status: published({ ip: "192.0.2.4" }) },
];
const ingresses = [{ metadata: metadata("front"), status: published({ ip: "192.0.2.7" }) }];

function translate(kind: Kind, object: object, gateways: readonly object[] = [], hidden: readonly Kind[] = []) {
  const neighbours = neighboursOf(
    [
      [serviceKind, ...services],
      [ingressKind, ...ingresses],
      [istioGatewayKind, ...gateways],
    ],
    hidden,
  );
  const translation = kind.translate?.({ metadata: metadata("test"), ...object }, neighbours);
  if (translation === undefined) throw new Error("It is translated");
  return translation;
}

describe("Gateway", () => {
  const servers = [{ hosts: ["foo.dtk.io", "ns/bar.dtk.io", "*/*", "*", "", "./*.dtk.io"] }];
  const none = { servers, selector: { none: "such" } };

  test("its hosts, without their namespaces, without those that mean all", () => {
    const translation = translate(istioGatewayKind, { spec: none });
    expect(linesOf(translation)).toEqual(["foo.dtk.io", "bar.dtk.io", "*.dtk.io"]);
    expect(translation.withoutTarget[0]?.labels).toEqual({ resource: "gateway/default/test" });
  });

  test("and those of its annotation", () => {
    expect(linesOf(translate(istioGatewayKind, { metadata: metadata("test", { hostname: "x.io" }) }))).toEqual([
      // Without a selector, every Service counts.
      "A x.io -> 192.0.2.1 192.0.2.2 192.0.2.4",
      "CNAME x.io -> lb.dtk.io",
    ]);
  });

  const only = { servers: [{ hosts: ["foo.dtk.io"] }], selector };

  test("its targets are those of the Services with its selector", () => {
    expect(linesOf(translate(istioGatewayKind, { spec: only }))).toEqual([
      "A foo.dtk.io -> 192.0.2.1 192.0.2.2",
      "CNAME foo.dtk.io -> lb.dtk.io",
    ]);
  });

  test.each([
    { annotations: { target: "192.0.2.9", ingress: "front" }, lines: ["A foo.dtk.io -> 192.0.2.9"] },
    { annotations: { ingress: "front" }, lines: ["A foo.dtk.io -> 192.0.2.7"] },
    { annotations: { ingress: "default/front" }, lines: ["A foo.dtk.io -> 192.0.2.7"] },
    { annotations: { ingress: "other/front" }, lines: ["foo.dtk.io"] },
    { annotations: { ingress: "a/b/c" }, lines: ["foo.dtk.io"] },
  ])("or what $annotations says", ({ annotations, lines }) => {
    const object = { metadata: metadata("test", annotations), spec: only };
    expect(linesOf(translate(istioGatewayKind, object))).toEqual(lines);
  });
});

describe("VirtualService", () => {
  const gateway = (hosts: readonly string[], namespace = "default", annotations = {}) => ({
    metadata: metadata("public", annotations, { namespace }),
    spec: { servers: [{ hosts }], selector: { none: "such" } },
  });
  const spec = { hosts: ["foo.dtk.io"], gateways: ["public"] };

  test.each([
    { hosts: ["foo.dtk.io"], bound: true },
    { hosts: ["*"], bound: true },
    { hosts: ["*.dtk.io"], bound: true },
    { hosts: ["*/foo.dtk.io"], bound: true },
    { hosts: ["./foo.dtk.io"], bound: true },
    { hosts: ["default/*"], bound: true },
    { hosts: ["other/*"], bound: false },
    { hosts: ["a/b/c", "bar.dtk.io"], bound: false },
    { hosts: ["*.io.dtk"], bound: false },
  ])("a Gateway with $hosts: $bound", ({ hosts, bound }) => {
    const { notAsked, ...rest } = translate(istioVirtualServiceKind, { spec }, [gateway(hosts)]);
    expect(linesOf(rest)).toEqual(bound ? ["foo.dtk.io"] : []);
    expect(notAsked.map(({ reason }) => reason)).toEqual(bound ? [] : ["no-listener"]);
  });

  test.each([
    { exportTo: ["*"], bound: true },
    { exportTo: ["infra"], bound: true },
    { exportTo: ["."], bound: false },
    { exportTo: ["other"], bound: false },
    { exportTo: [], bound: true },
  ])("exported to $exportTo, for a Gateway elsewhere: $bound", ({ exportTo, bound }) => {
    const object = { spec: { ...spec, gateways: ["infra/public"], exportTo } };
    expect(linesOf(translate(istioVirtualServiceKind, object, [gateway(["*"], "infra")]))).toEqual(
      bound ? ["foo.dtk.io"] : [],
    );
  });

  test("a Gateway's own namespace, for a Gateway elsewhere", () => {
    const object = { spec: { ...spec, gateways: ["infra/public"] } };
    expect(linesOf(translate(istioVirtualServiceKind, object, [gateway(["./*"], "infra")]))).toEqual([]);
  });

  test("its targets are its annotation's, else those of the Gateways that serve the host", () => {
    const gateways = [
      gateway(["*.dtk.io"], "default", { target: "192.0.2.9" }),
      gateway(["*"], "infra", { target: "192.0.2.8" }),
    ];
    const both = { hosts: ["foo.dtk.io", "foo.io", "ns/bar.io", "*"], gateways: ["public", "infra/public"] };
    expect(linesOf(translate(istioVirtualServiceKind, { spec: both }, gateways))).toEqual([
      "A foo.dtk.io -> 192.0.2.9 192.0.2.8",
      "A foo.io -> 192.0.2.8",
      "A bar.io -> 192.0.2.8",
    ]);
    const annotated = { metadata: metadata("test", { target: "192.0.2.7", hostname: "x.io" }), spec };
    expect(linesOf(translate(istioVirtualServiceKind, annotated))).toEqual([
      "A foo.dtk.io -> 192.0.2.7",
      "A x.io -> 192.0.2.7",
    ]);
  });

  test.each([[], ["mesh"], [""]])("inside the mesh alone it asks for nothing: %j", (...gateways) => {
    const translation = translate(istioVirtualServiceKind, { spec: { ...spec, gateways } }, [gateway(["*"])]);
    expect(translation).toEqual({ endpoints: [], withoutTarget: [], notAsked: [] });
  });

  test("a Gateway that is not there, or that the user may not read", () => {
    expect(translate(istioVirtualServiceKind, { spec }).notAsked.map(({ reason }) => reason)).toEqual([
      "parent-missing",
      "no-listener",
    ]);
    expect(linesOf(translate(istioVirtualServiceKind, { spec }, [], [istioGatewayKind]))).toEqual(["foo.dtk.io"]);
  });
});
