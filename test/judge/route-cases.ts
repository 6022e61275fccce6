/** Cases of the Gateway API: routes with Gateways, ListenerSets and namespaces, and what controllers say of them. */
import fc from "fast-check";
import {
  type Case,
  type CaseObject,
  annotations,
  everyHost,
  fieldHosts,
  hostnameSource,
  nameOf,
  namespaces,
  object,
  sometimes,
  statusTargets,
} from "./case.ts";

const api = "gateway.networking.k8s.io/v1";

/** What a controller has said: nothing, yes, no or neither, of the present object or of an earlier one. */
const answers = fc.constantFrom(
  undefined,
  ...Array.from({ length: 12 }, () => ({ status: "True", observedGeneration: 1 })),
  { status: "Unknown", observedGeneration: 1 },
  { status: "False", observedGeneration: 1 },
  { status: "False", observedGeneration: 0 },
  { status: "False" },
);

type Answer = { readonly status: string; readonly observedGeneration?: number } | undefined;

/** Yes, unless the answer is an explicit no to the present object. */
function accepted(answer: Answer): Answer {
  const isNo = answer?.status === "False" && answer.observedGeneration !== 0;
  return isNo ? answer : { status: "True", observedGeneration: 1 };
}

function conditions(answer: Answer): readonly object[] {
  if (answer === undefined) return [];
  return [{ type: "Accepted", ...answer, reason: "Judged", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" }];
}

const selectors = fc.constantFrom(
  {},
  { matchLabels: { team: "web" } },
  { matchExpressions: [{ key: "team", operator: "In", values: ["api", "web"] }] },
  { matchExpressions: [{ key: "team", operator: "NotIn", values: ["api"] }] },
  { matchExpressions: [{ key: "tier", operator: "Exists" }] },
  { matchExpressions: [{ key: "team", operator: "DoesNotExist" }] },
);

const letIn = fc
  .tuple(fc.constantFrom("All", "All", "All", "Same", "Selector", "Selector", "None", undefined), selectors)
  .map(([from, selector]) => ({ from, selector: from === "Selector" ? selector : undefined }));

const protocols: Readonly<Record<string, readonly string[]>> = {
  HTTPRoute: ["HTTP", "HTTP", "HTTP", "HTTPS", "TLS", "TCP"],
  GRPCRoute: ["HTTPS", "HTTP", "HTTP", "TLS"],
  TLSRoute: ["TLS", "TLS", "TLS", "HTTPS", "TCP"],
};

const otherKinds = fc.constantFrom(
  [{ kind: "HTTPRoute" }],
  [{ group: "gateway.networking.k8s.io", kind: "TLSRoute" }, { kind: "GRPCRoute" }],
  [{ group: "x.io", kind: "HTTPRoute" }],
);

function listenersFor(kind: string) {
  const listener = fc.record({
    protocol: fc.constantFrom(...(protocols[kind] ?? [])),
    hostname: sometimes(60, fc.oneof(fc.constant(everyHost), fieldHosts)),
    namespaces: sometimes(85, letIn),
    kinds: sometimes(20, otherKinds),
    answer: answers,
  });
  return fc.array(listener, { minLength: 1, maxLength: 3 }).map((list) =>
    list.map(({ protocol, hostname, namespaces: from, kinds, answer }, index) => ({
      answer,
      name: `l${index}`,
      listener: {
        name: `l${index}`,
        port: 8000 + index,
        protocol,
        hostname: protocol === "TCP" ? undefined : hostname,
        tls: tlsOf(protocol),
        allowedRoutes: from === undefined && kinds === undefined ? undefined : { namespaces: from, kinds },
      },
    })),
  );
}

function tlsOf(protocol: string): object | undefined {
  if (protocol === "HTTPS") return { mode: "Terminate", certificateRefs: [{ name: "certificate" }] };
  return protocol === "TLS" ? { mode: "Passthrough" } : undefined;
}

const parentRefs = fc.uniqueArray(
  fc.record({
    kind: fc.constantFrom("Gateway", "Gateway", "Gateway", "Gateway", "ListenerSet", "ListenerSet", "Service"),
    elsewhere: sometimes(7, fc.constant(true)),
    section: sometimes(40, fc.constantFrom("l0", "l0", "l1", "l9")),
    port: sometimes(15, fc.constantFrom(8000, 8001)),
    answer: answers,
  }),
  { minLength: 1, maxLength: 3, selector: ({ kind, section, port }) => JSON.stringify([kind, section, port]) },
);

const gatewayAddresses = fc.uniqueArray(statusTargets, { maxLength: 2 }).map((targets) => ({
  addresses: targets.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? "IPAddress" : "Hostname", value })),
}));

const parts = fc.constantFrom("HTTPRoute", "GRPCRoute", "TLSRoute").chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    route: fc.record({
      namespace: namespaces,
      annotations: annotations({ "gateway-hostname-source": hostnameSource }),
      hostnames: fc.uniqueArray(fieldHosts, { maxLength: 4 }),
    }),
    parentRefs,
    gateway: fc.record({
      namespace: namespaces,
      annotations: annotations(),
      listeners: listenersFor(kind),
      allowed: sometimes(85, letIn),
      status: gatewayAddresses,
    }),
    set: fc.record({
      namespace: namespaces,
      annotations: annotations(),
      listeners: listenersFor(kind),
      answer: answers,
    }),
  }),
);

type Parts = typeof parts extends fc.Arbitrary<infer Value> ? Value : never;

/** The three kinds of routes. */
export const routeCases: fc.Arbitrary<Case> = parts.map((given) => ({
  kind: given.kind,
  objects: [gatewayOf(given), setOf(given), routeOf(given)],
}));

function gatewayOf({ gateway }: Parts): CaseObject {
  const { listeners: list, allowed, ...given } = gateway;
  const allowedListeners = allowed === undefined ? undefined : { namespaces: allowed };
  const spec = { gatewayClassName: "judge", listeners: list.map(({ listener }) => listener), allowedListeners };
  return object({ api, kind: "Gateway", resource: "gateways", ...given, spec });
}

function setOf({ gateway, set }: Parts): CaseObject {
  const { listeners: list, answer, ...given } = set;
  const spec = {
    parentRef: { name: nameOf("main"), namespace: gateway.namespace },
    listeners: list.map(({ listener }) => listener),
  };
  const statusBy = (change: (answer: Answer) => Answer): object => ({
    conditions: conditions(change(answer)),
    listeners: list.flatMap(({ name, answer: own }) =>
      change(own) === undefined
        ? []
        : [{ name, attachedRoutes: 0, supportedKinds: [], conditions: conditions(change(own)) }],
    ),
  });
  const [status, acceptedStatus] = [statusBy((same) => same), statusBy(accepted)];
  return object({ api, kind: "ListenerSet", resource: "listenersets", ...given, spec, status, acceptedStatus });
}

function routeOf({ kind, route, parentRefs: list, gateway, set }: Parts): CaseObject {
  const { hostnames, ...given } = route;
  const parents = list.map(({ kind: of, elsewhere, section, port, answer }) => ({
    answer,
    parentRef: {
      ...(of === "Gateway" ? {} : { group: of === "Service" ? "" : "gateway.networking.k8s.io", kind: of }),
      name: elsewhere ? "elsewhere" : nameOf("main"),
      namespace: of === "ListenerSet" ? set.namespace : gateway.namespace,
      ...(section === undefined ? {} : { sectionName: section }),
      ...(port === undefined ? {} : { port }),
    },
  }));
  const statusBy = (change: (answer: Answer) => Answer): object => ({
    parents: parents.flatMap(({ answer, parentRef }) => {
      const said = change(answer);
      return said === undefined ? [] : [{ parentRef, controllerName: "judge.io/judge", conditions: conditions(said) }];
    }),
  });
  return object({
    api,
    kind,
    resource: `${kind.toLowerCase()}s`,
    ...given,
    spec: {
      hostnames,
      parentRefs: parents.map(({ parentRef }) => parentRef),
      // Only a TLSRoute has to have one.
      ...(kind === "TLSRoute" ? { rules: [{ backendRefs: [{ name: "web", port: 80 }] }] } : {}),
    },
    status: statusBy((same) => same),
    acceptedStatus: statusBy(accepted),
  });
}
