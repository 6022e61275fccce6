/** No object of any shape makes a translation throw, no name is lost without a reason, and what is kept of an object suffices. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { metadata, neighboursOf } from "../../../../test/support/cluster-objects.ts";
import type { Endpoint } from "../../../records/endpoint.ts";
import { isEndpoint } from "../../../records/endpoint-shape.ts";
import { dnsEndpointKind } from "./dns-endpoint.ts";
import { gatewayKind, listenerSetKind, namespaceKind } from "./gateway.ts";
import { ingressKind } from "./ingress.ts";
import { istioGatewayKind } from "./istio-gateway.ts";
import { istioVirtualServiceKind } from "./istio-virtual-service.ts";
import { keepFields, placeOf } from "./keep-fields.ts";
import type { Kind, Neighbours, Translation } from "./kind.ts";
import { kinds } from "./kinds.ts";
import { nodeKind } from "./node.ts";
import { openShiftRouteKind } from "./openshift-route.ts";
import { grpcRouteKind, httpRouteKind, tlsRouteKind } from "./route.ts";
import { serviceKind } from "./service.ts";
import { traefikKinds } from "./traefik.ts";
import { translateObject } from "./translate-object.ts";

const annotations = { hostname: "a.dtk.io", target: "192.0.2.9", "internal-hostname": "i.dtk.io", access: "private" };
const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }, { hostname: "lb.dtk.io" }] } };
const named = metadata("test", annotations, { generation: 2, labels: { team: "web" } });
const bare = metadata("test", { hostname: "a.dtk.io" }, { generation: 2 });
const allowedRoutes = {
  namespaces: { from: "Selector", selector: { matchExpressions: [{ key: "team", operator: "In", values: ["web"] }] } },
  kinds: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute" }],
};
const listeners = [{ name: "web", port: 80, protocol: "HTTP", hostname: "*.dtk.io", allowedRoutes }];
const parentRefs = [
  { name: "test", sectionName: "web", port: 80 },
  { kind: "ListenerSet", name: "test" },
];
/** That a controller has not accepted. */
const refusedRef = { name: "test" };
const condition = { type: "Accepted", status: "True", reason: "Accepted", message: "", observedGeneration: 2 };
const route = {
  metadata: bare,
  spec: { hostnames: ["foo.dtk.io"], parentRefs: [...parentRefs, refusedRef] },
  status: {
    parents: [
      ...parentRefs.map((parentRef) => ({ parentRef, conditions: [condition] })),
      { parentRef: refusedRef, conditions: [{ ...condition, status: "False" }] },
    ],
  },
};

/** One of each kind, with every field that is read. */
const samples: readonly (readonly [Kind, unknown])[] = [
  [
    ingressKind,
    {
      metadata: named,
      spec: { ingressClassName: "nginx", rules: [{ host: "foo.dtk.io" }], tls: [{ hosts: ["t.dtk.io"] }] },
      status,
    },
  ],
  [ingressKind, { metadata: bare, spec: { rules: [{ host: "foo.dtk.io" }] }, status }],
  [
    serviceKind,
    { metadata: named, spec: { type: "ClusterIP", clusterIP: "10.32.0.7", externalIPs: ["192.0.2.7"] }, status },
  ],
  ...["LoadBalancer", "NodePort", "ExternalName"].map((type) => {
    const spec = { type, externalName: "else.io", externalIPs: [], clusterIP: "10.32.0.7", selector: { app: "x" } };
    return [serviceKind, { metadata: bare, spec, status }] as const;
  }),
  ...[httpRouteKind, grpcRouteKind, tlsRouteKind].map((kind) => [kind, route] as const),
  [
    dnsEndpointKind,
    { metadata: bare, spec: { endpoints: [{ dnsName: "d.dtk.io", recordType: "A", targets: ["192.0.2.1"] }] } },
  ],
  [istioGatewayKind, { metadata: bare, spec: { servers: [{ hosts: ["ns/foo.dtk.io"] }], selector: { app: "x" } } }],
  [istioVirtualServiceKind, { metadata: bare, spec: { hosts: ["foo.dtk.io"], gateways: ["test"], exportTo: ["*"] } }],
  ...traefikKinds.map(
    (kind) => [kind, { metadata: bare, spec: { routes: [{ match: "Host(`foo.dtk.io`)" }] } }] as const,
  ),
  [
    openShiftRouteKind,
    {
      metadata: bare,
      spec: { host: "foo.dtk.io" },
      status: {
        ingress: [
          { host: "foo.dtk.io", routerCanonicalHostname: "r.io", conditions: [{ type: "Admitted", status: "True" }] },
        ],
      },
    },
  ],
];

const others: readonly (readonly [Kind, unknown])[] = [
  [
    gatewayKind,
    {
      metadata: named,
      spec: { listeners, allowedListeners: { namespaces: { from: "Same" } } },
      status: { addresses: [{ value: "192.0.2.1" }] },
    },
  ],
  [
    listenerSetKind,
    {
      metadata: bare,
      spec: { parentRef: { name: "test" }, listeners },
      status: { conditions: [condition], listeners: [{ name: "web", conditions: [condition] }] },
    },
  ],
  [namespaceKind, { metadata: { name: "default", labels: { team: "web" } } }],
  [
    nodeKind,
    {
      metadata: { name: "node" },
      spec: { unschedulable: false },
      status: { addresses: [{ type: "InternalIP", address: "192.0.2.10" }] },
    },
  ],
];

const neighbours = neighboursOf([...samples, ...others]);

/** Every name that a field of any kind has, and the values that mean something. */
const words = collectWords([...samples, ...others].map(([, object]) => object));

const rubbish = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom(...words),
    fc.constantFrom(null, true, false, 0, -1, 1.5, "", "*", "/", ".", "a/b/c", "\u0000"),
    fc.string({ unit: "binary", maxLength: 5 }),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...words, "__proto__", "constructor"), tie("any"), { maxKeys: 6 }),
  ),
})).any;

describe.each([...new Set(kinds)].filter(({ translate }) => translate !== undefined))("$resource of $group", (kind) => {
  test("rubbish is translated to endpoints that can be stored, or to nothing", () => {
    fc.assert(
      fc.property(rubbish, fc.array(rubbish, { maxLength: 4 }), (value, objects) => {
        const object = { metadata: { name: "test", namespace: "default" }, ...Object(value) };
        for (const each of [value, object, { ...object, spec: value, status: value }])
          expect(isFine(kind, each, rubbishNeighbours(objects))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("what is kept of an object translates to the same", () => {
    fc.assert(
      fc.property(rubbish, rubbish, rubbish, (meta, spec, state) => {
        const object = { metadata: meta, spec, status: state };
        const kept = keepFields(kind, object);
        expect(withoutUnread(translateObject(kind, kept, { neighbours }))).toEqual(
          withoutUnread(translateObject(kind, object, { neighbours })),
        );
        expect(keepFields(kind, kept)).toEqual(kept);
      }),
    );
  });
});

describe.each(samples.map(([kind, object], index) => ({ name: `${kind.kind} ${index}`, kind, object })))(
  "$name",
  ({ kind, object }) => {
    const whole = translateObject(kind, object, { neighbours });

    test("what is kept of it translates to the same", () => {
      const kept = neighboursOf([...samples, ...others].map(([of, other]) => [of, keepFields(of, other)]));
      const unread = { ...(object as object), spec: { ...(object as { spec: object }).spec, template: "large" } };
      expect(translateObject(kind, keepFields(kind, unread), { neighbours: kept })).toEqual(whole);
      expect(JSON.stringify(keepFields(kind, unread))).not.toContain("large");
    });

    test.each(pathsOf(object))("a wrong type at %j takes no name away without a reason", (...path) => {
      const rubbishes = [5, "rubbish", true, [], {}, [[5]], { a: { b: 5 } }].filter(
        (value) => typeName(value) !== typeName(valueAt(object, path)),
      );
      const silent = rubbishes.filter((value) => {
        const now = translateObject(kind, replaceAt(object, path, value), { neighbours });
        const names = new Set(namesOf(now));
        return now.notAsked.length === 0 && namesOf(whole).some((name) => !names.has(name));
      });
      expect(silent).toEqual([]);
    });
  },
);

test("each field of the wrong type is named, up to a limit", () => {
  const spec = { rules: [{ host: 5 }, { host: "foo.dtk.io" }, "x", null], tls: { hosts: [] } };
  const { notAsked, withoutTarget } = translateObject(ingressKind, { metadata: bare, spec, status: 7 }, { neighbours });
  expect(notAsked.map(({ sentence }) => sentence)).toEqual([
    "status is a number, it has to be an object.",
    "spec.rules[2] is a text, it has to be an object.",
    "spec.rules[0].host is a number, it has to be a text.",
    "spec.tls is an object, it has to be a list.",
  ]);
  expect(withoutTarget.map(({ dnsName }) => dnsName)).toEqual(["foo.dtk.io", "a.dtk.io"]);
  const hosts = Array.from({ length: 1000 }, (_, index) => index);
  expect(
    translateObject(ingressKind, { metadata: bare, spec: { tls: [{ hosts }] } }, { neighbours }).notAsked,
  ).toHaveLength(10);
});

test("an object without a name is none", () => {
  expect(translateObject(ingressKind, { spec: { rules: [{ host: "foo.dtk.io" }] } }, { neighbours })).toEqual({
    endpoints: [],
    withoutTarget: [],
    notAsked: [{ reason: "malformed", names: [], sentence: "metadata.name is missing." }],
  });
  expect(placeOf({ metadata: { namespace: "x" } })).toBeUndefined();
  expect(placeOf({ metadata: { name: "node" } })).toEqual({ namespace: "", name: "node" });
});

/** Without complaints about annotations of others, which are not kept. */
function withoutUnread({ notAsked, ...rest }: Translation): Translation {
  return { ...rest, notAsked: notAsked.filter(({ sentence }) => !sentence.startsWith("metadata.annotations.")) };
}

/** Whether whatever comes out can be stored, and every reason is a sentence. */
function isFine(kind: Kind, object: unknown, known: Neighbours): boolean {
  const { endpoints, withoutTarget, notAsked } = translateObject(kind, object, { neighbours: known });
  // What the store says of control characters in types and labels is its own rule.
  const storable = [...endpoints, ...withoutTarget].filter((endpoint) => !/\p{Cc}/u.test(textsOf(endpoint)));
  return storable.every(isEndpoint) && notAsked.every(({ sentence }) => /^\S.*\.$/su.test(sentence));
}

function textsOf({ recordType, labels }: Endpoint): string {
  return `${recordType}${labels?.["resource"]}`;
}

function rubbishNeighbours(objects: readonly unknown[]): Neighbours {
  return { list: () => objects, find: () => objects[0], knows: () => objects.length > 1 };
}

function collectWords(value: unknown): string[] {
  const found = new Set<string>();
  JSON.stringify(value, (key, field: unknown) => {
    if (key !== "" && Number.isNaN(Number(key))) found.add(key);
    if (typeof field === "string") found.add(field);
    return field;
  });
  return [...found];
}

function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return path.length === 0 ? [] : [[...path]];
  const inner = Object.entries(value).flatMap(([key, field]) => pathsOf(field, [...path, key]));
  return path.length === 0 ? inner : [[...path], ...inner];
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>>)[key], value);
}

function replaceAt(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy: unknown = structuredClone(value);
  const at = copy as Record<string, unknown>;
  at[key] = replaceAt(at[key], rest, by);
  return copy;
}

function namesOf({ endpoints, withoutTarget }: Translation): readonly (string | undefined)[] {
  return [...endpoints, ...withoutTarget].map(({ dnsName }) => dnsName);
}

function typeName(value: unknown): string {
  return Array.isArray(value) ? "list" : typeof value;
}
