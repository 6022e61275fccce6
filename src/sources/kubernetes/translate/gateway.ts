/** What routes attach to: Gateways and ListenerSets with their listeners and targets, and the namespaces they select. */
import { otherController, readAnnotations } from "./annotations.ts";
import { denialIn } from "./condition.ts";
import { type Fields, readFields } from "./fields.ts";
import type { Kind, Neighbours, NotAsked } from "./kind.ts";
import { matchesSelector } from "./label-selector.ts";

/** The group of the Gateway API. */
export const gatewayGroup = "gateway.networking.k8s.io";

/** Namespaces, for their labels. */
export const namespaceKind: Kind = {
  kind: "Namespace",
  group: "",
  resource: "namespaces",
  versions: ["v1"],
  namespaced: false,
  fields: [],
  looksAt: [],
};

/** Gateways. One without a route gives no name, since it would answer nothing but 404. */
export const gatewayKind: Kind = {
  kind: "Gateway",
  group: gatewayGroup,
  resource: "gateways",
  versions: ["v1", "v1beta1"],
  namespaced: true,
  fields: ["spec.listeners", "spec.allowedListeners", "status.addresses"],
  looksAt: [],
};

/** ListenerSets, which add listeners to a Gateway. */
export const listenerSetKind: Kind = {
  kind: "ListenerSet",
  group: gatewayGroup,
  resource: "listenersets",
  versions: ["v1"],
  namespaced: true,
  fields: ["spec.parentRef", "spec.listeners", "status.conditions", "status.listeners"],
  looksAt: [],
};

/** What a route may attach to. */
export interface Parent {
  readonly listeners: readonly Fields[];
  readonly targets: readonly string[];
}

/** Why a route cannot attach. */
export type Refusal = Pick<NotAsked, "reason" | "sentence">;

/** A place in the cluster. */
export interface ListenerPlace {
  readonly namespace: string;
  readonly name: string;
}

/** A Gateway; undefined when it is not known whether there is one, since the user may not list them. */
export function findGateway(place: ListenerPlace, neighbours: Neighbours): Parent | Refusal | undefined {
  const gateway = findFields(gatewayKind, place, neighbours);
  if (gateway === undefined) return missing(gatewayKind, place, neighbours);
  const controller = otherController(readAnnotations(gateway.object("metadata")));
  if (controller !== undefined) return leftToOther(gatewayKind, place, controller);
  return { listeners: gateway.object("spec").objects("listeners"), targets: targetsOf(gateway) };
}

/** A ListenerSet of a Gateway that lets it in; undefined when either is not known. */
export function findListenerSet(place: ListenerPlace, neighbours: Neighbours): Parent | Refusal | undefined {
  const set = findFields(listenerSetKind, place, neighbours);
  if (set === undefined) return missing(listenerSetKind, place, neighbours);
  const controller = otherController(readAnnotations(set.object("metadata")));
  if (controller !== undefined) return leftToOther(listenerSetKind, place, controller);
  const reference = set.object("spec").object("parentRef");
  const ofGateway = { namespace: reference.text("namespace") || place.namespace, name: reference.text("name") };
  const gateway = findFields(gatewayKind, ofGateway, neighbours);
  if (gateway === undefined) return missing(gatewayKind, ofGateway, neighbours);
  const refusal = refusalOf({ set, place, gateway, ofGateway, neighbours });
  if (refusal !== undefined) return { reason: "parent-refuses", sentence: refusal };
  const own = readAnnotations(set.object("metadata")).list("target");
  return { listeners: acceptedListeners(set), targets: own.length > 0 ? own : targetsOf(gateway) };
}

/**
 * Whether a namespace is among those that are let in.
 *
 * @param namespaces - the field `namespaces` of `allowedRoutes` or `allowedListeners`
 * @param otherwise - the value of its field `from` when it is absent
 * @param owner - the namespace of the object with the field
 */
export function letsIn(
  namespaces: Fields,
  otherwise: "Same" | "None",
  owner: string,
  { namespace, neighbours }: { readonly namespace: string; readonly neighbours: Neighbours },
): boolean {
  switch (namespaces.text("from") || otherwise) {
    case "All":
      return true;
    case "Same":
      return namespace === owner;
    case "Selector": {
      const found = findFields(namespaceKind, { namespace: "", name: namespace }, neighbours);
      if (found === undefined) return !neighbours.knows(namespaceKind, "");
      const labels = found.object("metadata").textMap("labels");
      return namespaces.has("selector") && matchesSelector(namespaces.object("selector"), labels);
    }
    default:
      return false;
  }
}

function refusalOf(given: {
  readonly set: Fields;
  readonly place: ListenerPlace;
  readonly gateway: Fields;
  readonly ofGateway: ListenerPlace;
  readonly neighbours: Neighbours;
}): string | undefined {
  const { set, place, gateway, ofGateway, neighbours } = given;
  const named = `ListenerSet ${place.namespace}/${place.name}`;
  const allowed = gateway.object("spec").object("allowedListeners").object("namespaces");
  if (!letsIn(allowed, "None", ofGateway.namespace, { namespace: place.namespace, neighbours }))
    return `Gateway ${ofGateway.namespace}/${ofGateway.name} does not let in ${named}; see its spec.allowedListeners.`;
  const denial = denialIn(set.object("status").objects("conditions"), generationOf(set));
  return denial === undefined ? undefined : `${named} is not accepted: ${denial}.`;
}

/** Without those that the status denies. */
function acceptedListeners(set: Fields): readonly Fields[] {
  const statuses = set.object("status").objects("listeners");
  return set
    .object("spec")
    .objects("listeners")
    .filter((listener) => {
      const status = statuses.find((candidate) => candidate.text("name") === listener.text("name"));
      return status === undefined || denialIn(status.objects("conditions"), generationOf(set)) === undefined;
    });
}

function generationOf(object: Fields): number | undefined {
  return object.object("metadata").number("generation");
}

/** The annotation's, else the addresses that the Gateway has got. */
function targetsOf(gateway: Fields): readonly string[] {
  const annotated = readAnnotations(gateway.object("metadata")).list("target");
  if (annotated.length > 0) return annotated;
  const addresses = gateway.object("status").objects("addresses");
  return addresses.map((address) => address.text("value")).filter((value) => value !== "");
}

function findFields(kind: Kind, { namespace, name }: ListenerPlace, neighbours: Neighbours): Fields | undefined {
  const found = neighbours.find(kind, namespace, name);
  return found === undefined ? undefined : readFields(found);
}

function missing(kind: Kind, { namespace, name }: ListenerPlace, neighbours: Neighbours): Refusal | undefined {
  if (!neighbours.knows(kind, namespace)) return undefined;
  return { reason: "parent-missing", sentence: `There is no ${kind.kind} ${namespace}/${name}.` };
}

function leftToOther(kind: Kind, { namespace, name }: ListenerPlace, controller: string): Refusal {
  return { reason: "parent-refuses", sentence: `${kind.kind} ${namespace}/${name}: ${controller}` };
}
