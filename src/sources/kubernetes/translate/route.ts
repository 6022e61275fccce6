/** HTTPRoute, GRPCRoute and TLSRoute: the hosts that they have in common with the listeners they attach to. */
import { denialIn } from "./condition.ts";
import { type Draft, translateBy } from "./draft.ts";
import { type Fields, readFields } from "./fields.ts";
import {
  type Parent,
  type ListenerPlace,
  type Refusal,
  findGateway,
  findListenerSet,
  gatewayGroup,
  gatewayKind,
  letsIn,
  listenerSetKind,
  namespaceKind,
} from "./gateway.ts";
import { matchHosts } from "./host-match.ts";
import type { Kind, Neighbours } from "./kind.ts";

/** What tells the kinds of routes apart. */
interface RouteKind {
  readonly kind: string;
  readonly resource: string;
  readonly versions: readonly string[];
  /** Protocols of the listeners that it attaches to. */
  readonly protocols: readonly string[];
}

/** HTTPRoutes (ExternalDNS source/gateway.go). */
export const httpRouteKind = routeKind({
  kind: "HTTPRoute",
  resource: "httproutes",
  versions: ["v1", "v1beta1"],
  protocols: ["HTTP", "HTTPS"],
});

/** GRPCRoutes. */
export const grpcRouteKind = routeKind({
  kind: "GRPCRoute",
  resource: "grpcroutes",
  versions: ["v1", "v1alpha2"],
  protocols: ["HTTP", "HTTPS"],
});

/** TLSRoutes. */
export const tlsRouteKind = routeKind({
  kind: "TLSRoute",
  resource: "tlsroutes",
  versions: ["v1", "v1alpha3", "v1alpha2"],
  protocols: ["TLS"],
});

function routeKind(of: RouteKind): Kind {
  const { kind, resource, versions } = of;
  return {
    kind,
    group: gatewayGroup,
    resource,
    versions,
    namespaced: true,
    fields: ["spec.hostnames", "spec.parentRefs", "status.parents"],
    translate: translateBy(kind.toLowerCase(), (draft, neighbours) => translateRoute(of, draft, neighbours)),
    looksAt: [gatewayKind, listenerSetKind, namespaceKind],
  };
}

function translateRoute(of: RouteKind, draft: Draft, neighbours: Neighbours): void {
  const hosts = hostsOf(draft);
  const targets = new Map<string, readonly string[]>();
  const references = draft.spec.objects("parentRefs");
  if (references.length === 0) draft.refuse("parent-missing", "It names no Gateway in spec.parentRefs.", hosts);
  for (const reference of references) {
    const attached = attach(of, { draft, reference, neighbours });
    if ("reason" in attached) {
      draft.refuse(attached.reason, attached.sentence, hosts);
      continue;
    }
    const found = hosts.flatMap((host) => matchesOf(host, attached.listeners));
    if (found.length === 0) draft.refuse("no-listener", noHost(hosts, attached.name), hosts);
    for (const host of found) targets.set(host, [...new Set([...(targets.get(host) ?? []), ...attached.targets])]);
  }
  for (const [host, all] of targets) draft.ask(host, all);
}

/** An empty host means all hosts of the listeners. */
function hostsOf({ spec, annotations }: Draft): readonly string[] {
  const defined = spec.texts("hostnames");
  const annotated = annotations.list("hostname");
  switch ((annotations.value("gateway-hostname-source") ?? "").toLowerCase()) {
    case "annotation-only":
      return annotated;
    case "defined-hosts-only":
      return defined;
    // Any other value counts as none, unlike that of an Ingress.
    default:
      return [...(defined.length === 0 ? [""] : defined), ...annotated];
  }
}

interface Attached extends Parent {
  /** As in `Gateway default/public`. */
  readonly name: string;
}

/** A reference to a parent, with the defaults of absent fields filled in. */
interface Reference extends ListenerPlace {
  readonly group: string;
  readonly kind: string;
  readonly section: string;
  readonly port: number | undefined;
}

function attach(
  of: RouteKind,
  given: { readonly draft: Draft; readonly reference: Fields; readonly neighbours: Neighbours },
): Attached | Refusal {
  const { draft, neighbours } = given;
  const reference = readReference(given.reference, draft.namespace);
  const { group, kind, namespace } = reference;
  const name = `${kind} ${namespace}/${reference.name}`;
  const find = group === gatewayGroup ? finders.get(kind) : undefined;
  if (find === undefined)
    return {
      reason: "not-supported",
      sentence: `It attaches to ${name}, which is neither a Gateway nor a ListenerSet.`,
    };
  const denial = denialOf(draft, reference);
  if (denial !== undefined) return { reason: "parent-refuses", sentence: `${name} does not accept it: ${denial}.` };
  const parent = find(reference, neighbours);
  if (parent === undefined) return { name, listeners: [unknownListener], targets: [] };
  if ("reason" in parent) return parent;
  const refusals = new Set<string>();
  const listeners = parent.listeners.filter((listener) => {
    const refusal = refusalOf(of, listener, { draft, reference, neighbours });
    if (refusal !== undefined) refusals.add(refusal);
    return refusal === undefined;
  });
  if (listeners.length > 0) return { ...parent, name, listeners };
  const why = [...refusals].join(", ") || "it has none";
  return { reason: "no-listener", sentence: `No listener of ${name} takes it: ${why}.` };
}

const finders = new Map([
  [gatewayKind.kind, findGateway],
  [listenerSetKind.kind, findListenerSet],
]);

/** Of a Gateway that the user may not read, nothing is known that would speak against a host. */
const unknownListener = readFields({});

function readReference(fields: Fields, namespace: string): Reference {
  return {
    group: fields.text("group") || gatewayGroup,
    kind: fields.text("kind") || gatewayKind.kind,
    namespace: fields.text("namespace") || namespace,
    name: fields.text("name"),
    section: fields.text("sectionName"),
    port: fields.number("port"),
  };
}

/** Several controllers may answer for one reference; one that accepts it is enough. */
function denialOf({ status, metadata, namespace }: Draft, reference: Reference): string | undefined {
  const answers = status
    .objects("parents")
    .filter((parent) => isSame(readReference(parent.object("parentRef"), namespace), reference))
    .map((parent) => denialIn(parent.objects("conditions"), metadata.number("generation")));
  return answers.includes(undefined) ? undefined : answers[0];
}

function isSame(left: Reference, right: Reference): boolean {
  const parts = ({ group, kind, namespace, name, section, port }: Reference): string =>
    JSON.stringify([group, kind, namespace, name, section, port]);
  return parts(left) === parts(right);
}

/** Why a listener does not take the route, whatever the hosts. */
function refusalOf(
  of: RouteKind,
  listener: Fields,
  given: { readonly draft: Draft; readonly reference: Reference; readonly neighbours: Neighbours },
): string | undefined {
  const { draft, reference, neighbours } = given;
  const { section, port, namespace: owner } = reference;
  if (section !== "" && listener.text("name") !== section) return `it has none with the name ${section}`;
  if (port !== undefined && listener.number("port") !== port) return `it has none with the port ${port}`;
  if (!of.protocols.includes(listener.text("protocol")))
    return `it has none with the protocol ${of.protocols.join(" or ")}`;
  const allowed = listener.object("allowedRoutes");
  if (!letsIn(allowed.object("namespaces"), "Same", owner, { namespace: draft.namespace, neighbours }))
    return `it does not let in the namespace ${draft.namespace}`;
  const kinds = allowed.objects("kinds");
  const isWanted = kinds.some(
    (kind) => (kind.text("group") || gatewayGroup) === gatewayGroup && kind.text("kind") === of.kind,
  );
  return kinds.length === 0 || isWanted ? undefined : `it lets in no ${of.kind}`;
}

function matchesOf(host: string, listeners: readonly Fields[]): readonly string[] {
  return listeners.flatMap((listener) => matchHosts(listener.text("hostname"), host) || []);
}

function noHost(hosts: readonly string[], parent: string): string {
  const named = hosts.filter((host) => host !== "");
  if (named.length === 0) return `Neither it nor a listener of ${parent} names a host.`;
  return `No listener of ${parent} has a host that matches ${named.join(", ")}.`;
}
