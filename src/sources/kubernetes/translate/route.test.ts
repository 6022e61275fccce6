/** A route asks for the hosts that it shares with its listeners; a status can only take away what it denies. */
import { describe, expect, test } from "vitest";
import { linesOf, metadata, neighboursOf } from "../../../../test/support/cluster-objects.ts";
import { gatewayKind, listenerSetKind, namespaceKind } from "./gateway.ts";
import type { Kind, NotAsked } from "./kind.ts";
import { grpcRouteKind, httpRouteKind, tlsRouteKind } from "./route.ts";

const listener = { name: "web", port: 80, protocol: "HTTP" };

interface World {
  readonly kind?: Kind;
  readonly gateway?: object;
  readonly listeners?: readonly object[];
  readonly sets?: readonly object[];
  readonly namespaces?: readonly object[];
  readonly hidden?: readonly Kind[];
}

function translate(route: object, world: World = {}) {
  const { kind = httpRouteKind, listeners = [listener], sets = [], namespaces = [], hidden } = world;
  const gateway = { metadata: metadata("public"), spec: { listeners }, ...world.gateway };
  const neighbours = neighboursOf(
    [
      [gatewayKind, gateway],
      [listenerSetKind, ...sets],
      [namespaceKind, ...namespaces],
    ],
    hidden,
  );
  const object = { metadata: metadata("test"), ...route };
  const translation = kind.translate?.(object, neighbours);
  if (translation === undefined) throw new Error("Routes are translated");
  return translation;
}

const toGateway = { parentRefs: [{ name: "public" }] };
const foo = { ...toGateway, hostnames: ["foo.dtk.io"] };
const refusal = (reason: NotAsked["reason"], says: string, names: readonly string[] = ["foo.dtk.io"]) => [
  { reason, names, sentence: expect.stringContaining(says) },
];

test("no status is needed, neither of the route nor of the Gateway", () => {
  expect(translate({ spec: foo })).toEqual({
    endpoints: [],
    withoutTarget: [
      {
        dnsName: "foo.dtk.io",
        targets: ["foo.dtk.io"],
        recordType: "CNAME",
        labels: { resource: "httproute/default/test" },
      },
    ],
    notAsked: [],
  });
});

describe("targets", () => {
  const status = { addresses: [{ value: "192.0.2.1" }, { type: "Hostname", value: "lb.dtk.io" }] };
  const annotated = { metadata: metadata("public", { target: "192.0.2.9" }), status };

  test("are the Gateway's addresses", () => {
    expect(linesOf(translate({ spec: foo }, { gateway: { status } }))).toEqual([
      "A foo.dtk.io -> 192.0.2.1",
      "CNAME foo.dtk.io -> lb.dtk.io",
    ]);
  });

  test("or its annotation's, but never those of the route's annotation", () => {
    const route = { metadata: metadata("test", { target: "192.0.2.8" }), spec: foo };
    expect(linesOf(translate(route, { gateway: annotated }))).toEqual(["A foo.dtk.io -> 192.0.2.9"]);
    expect(linesOf(translate(route))).toEqual(["foo.dtk.io"]);
  });
});

test("targets of several parents unite, each once", () => {
  const status = { addresses: [{ value: "192.0.2.1" }] };
  const gateway = { status, spec: { listeners: [listener], allowedListeners: { namespaces: { from: "All" } } } };
  const set = {
    metadata: metadata("extra", { target: "192.0.2.2,192.0.2.1" }),
    spec: { parentRef: { name: "public" }, listeners: [listener] },
  };
  const parentRefs = [{ name: "public" }, { kind: "ListenerSet", name: "extra" }];
  expect(linesOf(translate({ spec: { ...foo, parentRefs } }, { gateway, sets: [set] }))).toEqual([
    "A foo.dtk.io -> 192.0.2.1 192.0.2.2",
  ]);
});

describe("hosts", () => {
  const annotations = { hostname: "a.dtk.io" };
  const withHost = [{ ...listener, hostname: "gw.dtk.io" }];

  test.each([
    { hosts: ["foo.dtk.io"], source: undefined, lines: ["foo.dtk.io", "a.dtk.io"] },
    { hosts: ["foo.dtk.io"], source: "rubbish", lines: ["foo.dtk.io", "a.dtk.io"] },
    { hosts: ["foo.dtk.io"], source: "defined-hosts-only", lines: ["foo.dtk.io"] },
    { hosts: ["foo.dtk.io"], source: "Annotation-Only", lines: ["a.dtk.io"] },
    { hosts: undefined, source: undefined, lines: ["a.dtk.io"] },
    { hosts: undefined, source: "defined-hosts-only", lines: [] },
  ])("gateway-hostname-source $source with $hosts", ({ hosts, source, lines }) => {
    const named = metadata("test", { ...annotations, ...(source && { "gateway-hostname-source": source }) });
    expect(linesOf(translate({ metadata: named, spec: { ...toGateway, hostnames: hosts } }))).toEqual(lines);
  });

  test("without one of its own, the route has its listener's", () => {
    expect(linesOf(translate({ spec: toGateway }, { listeners: withHost }))).toEqual(["gw.dtk.io"]);
  });

  test("when neither has one, it says so", () => {
    const { notAsked, ...rest } = translate({ spec: toGateway });
    expect(linesOf(rest)).toEqual([]);
    expect(notAsked).toEqual(
      refusal("no-listener", "Neither it nor a listener of Gateway default/public names a host", []),
    );
  });

  test("only those of the listener", () => {
    const spec = { ...toGateway, hostnames: ["foo.dtk.io", "*.b.dtk.io", "other.io"] };
    const wildcard = [{ ...listener, hostname: "*.dtk.io" }];
    expect(linesOf(translate({ spec }, { listeners: wildcard }))).toEqual(["foo.dtk.io", "*.b.dtk.io"]);
  });

  test("none of the listener: which", () => {
    const { notAsked } = translate({ spec: foo }, { listeners: withHost });
    expect(notAsked).toEqual(refusal("no-listener", "has a host that matches foo.dtk.io"));
  });
});

describe("listeners", () => {
  const labelled = { metadata: { name: "default", labels: { team: "web" } } };
  const namespaces = (from: string, selector?: object) => ({ allowedRoutes: { namespaces: { from, selector } } });

  test.each([
    { case: "HTTP", change: {}, taken: true },
    { case: "HTTPS", change: { protocol: "HTTPS" }, taken: true },
    { case: "TLS", change: { protocol: "TLS" }, taken: false },
    { case: "other section", reference: { sectionName: "other" }, taken: false },
    { case: "its section", reference: { sectionName: "web" }, taken: true },
    { case: "other port", reference: { port: 81 }, taken: false },
    { case: "its port", reference: { port: 80 }, taken: true },
    { case: "no kinds", change: { allowedRoutes: { kinds: [] } }, taken: true },
    { case: "its kind", change: { allowedRoutes: { kinds: [{ kind: "HTTPRoute" }] } }, taken: true },
    { case: "other kind", change: { allowedRoutes: { kinds: [{ kind: "GRPCRoute" }] } }, taken: false },
    {
      case: "kind of another group",
      change: { allowedRoutes: { kinds: [{ group: "x", kind: "HTTPRoute" }] } },
      taken: false,
    },
    { case: "all namespaces", change: namespaces("All"), taken: true },
    { case: "the same namespace", change: namespaces("Same"), taken: true },
    { case: "no namespace", change: namespaces("None"), taken: false },
    { case: "selected", change: namespaces("Selector", { matchLabels: { team: "web" } }), taken: true },
    { case: "not selected", change: namespaces("Selector", { matchLabels: { team: "api" } }), taken: false },
    { case: "everything selected", change: namespaces("Selector", {}), taken: true },
    { case: "no selector", change: namespaces("Selector"), taken: false },
  ])("$case: $taken", ({ change, reference, taken }) => {
    const spec = { hostnames: ["foo.dtk.io"], parentRefs: [{ name: "public", ...reference }] };
    const world = { listeners: [{ ...listener, ...change }], namespaces: [labelled] };
    const { notAsked, ...rest } = translate({ spec }, world);
    expect(linesOf(rest)).toEqual(taken ? ["foo.dtk.io"] : []);
    expect(notAsked).toEqual(
      taken ? [] : refusal("no-listener", "No listener of Gateway default/public takes it: it "),
    );
  });

  test.each([
    { kind: grpcRouteKind, protocol: "HTTPS", taken: true },
    { kind: grpcRouteKind, protocol: "TLS", taken: false },
    { kind: tlsRouteKind, protocol: "TLS", taken: true },
    { kind: tlsRouteKind, protocol: "HTTPS", taken: false },
  ])("$kind.kind on $protocol: $taken", ({ kind, protocol, taken }) => {
    const translation = translate({ spec: foo }, { kind, listeners: [{ ...listener, protocol }] });
    expect(linesOf(translation)).toEqual(taken ? ["foo.dtk.io"] : []);
    const resource = `${kind.kind.toLowerCase()}/default/test`;
    expect(translation.withoutTarget.map(({ labels }) => labels)).toEqual(taken ? [{ resource }] : []);
  });

  test("a route of another namespace is let in only where the listener says so", () => {
    const parentRefs = [{ name: "public", namespace: "default" }];
    const route = { metadata: { name: "test", namespace: "other" }, spec: { ...foo, parentRefs } };
    expect(linesOf(translate(route))).toEqual([]);
    expect(linesOf(translate(route, { listeners: [{ ...listener, ...namespaces("All") }] }))).toEqual(["foo.dtk.io"]);
  });

  test("labels that the user may not read deny nothing", () => {
    const listeners = [{ ...listener, ...namespaces("Selector", { matchLabels: { team: "web" } }) }];
    expect(linesOf(translate({ spec: foo }, { listeners }))).toEqual([]);
    expect(linesOf(translate({ spec: foo }, { listeners, hidden: [namespaceKind] }))).toEqual(["foo.dtk.io"]);
  });
});

describe("parents", () => {
  test.each([
    { case: "none", parentRefs: [], reason: "parent-missing", says: "spec.parentRefs" },
    { case: "not there", parentRefs: [{ name: "gone" }], reason: "parent-missing", says: "no Gateway default/gone" },
    {
      case: "in another namespace",
      parentRefs: [{ name: "public", namespace: "x" }],
      reason: "parent-missing",
      says: "no Gateway x/public",
    },
    {
      case: "of a mesh",
      parentRefs: [{ group: "", kind: "Service", name: "public" }],
      reason: "not-supported",
      says: "Service default/public, which is neither",
    },
    {
      case: "of another group",
      parentRefs: [{ group: "x.io", name: "public" }],
      reason: "not-supported",
      says: "Gateway default/public, which is neither",
    },
  ] as const)("$case", ({ parentRefs, reason, says }) => {
    const { notAsked, ...rest } = translate({ spec: { ...foo, parentRefs } });
    expect(linesOf(rest)).toEqual([]);
    expect(notAsked).toEqual(refusal(reason, says));
  });

  test("Gateways that the user may not read deny nothing", () => {
    const spec = { ...foo, parentRefs: [{ name: "gone" }] };
    expect(linesOf(translate({ spec }, { hidden: [gatewayKind] }))).toEqual(["foo.dtk.io"]);
    expect(linesOf(translate({ spec: { parentRefs: spec.parentRefs } }, { hidden: [gatewayKind] }))).toEqual([]);
  });

  test("a Gateway that belongs to another controller keeps its names", () => {
    const gateway = { metadata: metadata("public", { controller: "other" }) };
    expect(translate({ spec: foo }, { gateway }).notAsked).toEqual(refusal("parent-refuses", '"other"'));
  });

  test("one good parent is enough", () => {
    const translation = translate({ spec: { ...foo, parentRefs: [{ name: "gone" }, { name: "public" }] } });
    expect(linesOf(translation)).toEqual(["foo.dtk.io"]);
    expect(translation.notAsked).toHaveLength(1);
  });
});

describe("status", () => {
  const parent = (condition: object, parentRef: object = { name: "public" }) => ({
    parentRef,
    conditions: [{ type: "Accepted", ...condition }],
  });
  const denied = { status: "False", reason: "NotAllowed", message: "no", observedGeneration: 2 };

  test.each([
    { case: "accepted", parents: [parent({ status: "True", observedGeneration: 1 })], shown: true },
    { case: "not known", parents: [parent({ status: "Unknown", observedGeneration: 2 })], shown: true },
    { case: "denied", parents: [parent(denied)], shown: false },
    { case: "denied without a generation", parents: [parent({ status: "False" })], shown: false },
    { case: "denied before the last change", parents: [parent({ ...denied, observedGeneration: 1 })], shown: true },
    { case: "denied for another", parents: [parent(denied, { name: "other" })], shown: true },
    {
      case: "denied for another section",
      parents: [parent(denied, { name: "public", sectionName: "x" })],
      shown: true,
    },
    { case: "denied by one, accepted by another", parents: [parent(denied), parent({ status: "True" })], shown: true },
    {
      case: "only resolved",
      parents: [{ parentRef: { name: "public" }, conditions: [{ type: "ResolvedRefs", status: "False" }] }],
      shown: true,
    },
  ])("$case: shown $shown", ({ parents, shown }) => {
    const { notAsked, ...rest } = translate({
      metadata: metadata("test", {}, { generation: 2 }),
      spec: foo,
      status: { parents },
    });
    expect(linesOf(rest)).toEqual(shown ? ["foo.dtk.io"] : []);
    expect(notAsked.map(({ reason }) => reason)).toEqual(shown ? [] : ["parent-refuses"]);
  });

  test("the controller's own words are passed on", () => {
    const route = {
      metadata: metadata("test", {}, { generation: 2 }),
      spec: foo,
      status: { parents: [parent(denied)] },
    };
    expect(translate(route).notAsked).toEqual(refusal("parent-refuses", "does not accept it: NotAllowed: no."));
  });
});

describe("ListenerSets", () => {
  const toSet = { ...foo, parentRefs: [{ kind: "ListenerSet", name: "extra" }] };
  const set = { metadata: metadata("extra"), spec: { parentRef: { name: "public" }, listeners: [listener] } };
  const allowed = (from?: string, selector?: object) => ({
    spec: { listeners: [], ...(from && { allowedListeners: { namespaces: { from, selector } } }) },
  });

  test.each([
    { from: "All", shown: true },
    { from: "Same", shown: true },
    { from: "None", shown: false },
    { from: undefined, shown: false },
    { from: "Selector", selector: { matchLabels: { team: "web" } }, shown: true },
    { from: "Selector", selector: { matchLabels: { team: "api" } }, shown: false },
  ])("a Gateway that lets in $from $selector: $shown", ({ from, selector, shown }) => {
    const namespaces = [{ metadata: { name: "default", labels: { team: "web" } } }];
    const translation = translate({ spec: toSet }, { gateway: allowed(from, selector), sets: [set], namespaces });
    expect(linesOf(translation)).toEqual(shown ? ["foo.dtk.io"] : []);
    expect(translation.notAsked.map(({ reason }) => reason)).toEqual(shown ? [] : ["parent-refuses"]);
  });

  test("its own target comes before the Gateway's", () => {
    const gateway = { metadata: metadata("public", { target: "192.0.2.9" }), ...allowed("Same") };
    expect(linesOf(translate({ spec: toSet }, { gateway, sets: [set] }))).toEqual(["A foo.dtk.io -> 192.0.2.9"]);
    const own = { ...set, metadata: metadata("extra", { target: "192.0.2.8" }) };
    expect(linesOf(translate({ spec: toSet }, { gateway, sets: [own] }))).toEqual(["A foo.dtk.io -> 192.0.2.8"]);
  });

  test.each([
    { case: "denied", status: { conditions: [{ type: "Accepted", status: "False" }] }, shown: false },
    { case: "accepted", status: { conditions: [{ type: "Accepted", status: "True" }] }, shown: true },
    {
      case: "its listener is denied",
      status: { listeners: [{ name: "web", conditions: [{ type: "Accepted", status: "False" }] }] },
      shown: false,
    },
    {
      case: "another listener is denied",
      status: { listeners: [{ name: "x", conditions: [{ type: "Accepted", status: "False" }] }] },
      shown: true,
    },
  ])("$case: $shown", ({ status, shown }) => {
    const sets = [{ ...set, status }];
    expect(linesOf(translate({ spec: toSet }, { gateway: allowed("Same"), sets }))).toEqual(
      shown ? ["foo.dtk.io"] : [],
    );
  });

  test.each([
    { case: "not there", sets: [], says: "no ListenerSet default/extra" },
    {
      case: "of no Gateway",
      sets: [{ ...set, spec: { ...set.spec, parentRef: { name: "gone" } } }],
      says: "no Gateway default/gone",
    },
    {
      case: "of a Gateway elsewhere",
      sets: [{ ...set, spec: { ...set.spec, parentRef: { name: "public", namespace: "x" } } }],
      says: "no Gateway x/public",
    },
  ])("$case", ({ sets, says }) => {
    expect(translate({ spec: toSet }, { gateway: allowed("All"), sets }).notAsked).toEqual(
      refusal("parent-missing", says),
    );
  });

  test("one that belongs to another controller keeps its names", () => {
    const sets = [{ ...set, metadata: metadata("extra", { controller: "other" }) }];
    expect(translate({ spec: toSet }, { gateway: allowed("All"), sets }).notAsked).toEqual(
      refusal("parent-refuses", '"other"'),
    );
  });
});
