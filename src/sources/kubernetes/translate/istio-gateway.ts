/** Istio's Gateway: the hosts of its servers, with the addresses of the Services that its selector finds. */
import { readAnnotations } from "./annotations.ts";
import { type Draft, translateBy } from "./draft.ts";
import { type Fields, readFields } from "./fields.ts";
import { ingressKind } from "./ingress.ts";
import { readIstioHost, readReference } from "./istio-host.ts";
import type { Kind, Neighbours } from "./kind.ts";
import { hasLabels } from "./label-selector.ts";
import { serviceKind } from "./service.ts";

/** Istio Gateways (ExternalDNS source/istio_gateway.go). */
export const istioGatewayKind: Kind = {
  kind: "Gateway",
  group: "networking.istio.io",
  resource: "gateways",
  versions: ["v1", "v1beta1", "v1alpha3"],
  namespaced: true,
  fields: ["spec.servers", "spec.selector"],
  translate: translateBy("gateway", translateGateway),
  looksAt: [serviceKind, ingressKind],
};

function translateGateway(draft: Draft, neighbours: Neighbours): void {
  const targets = istioGatewayTargets(draft, neighbours);
  const ofServers = draft.spec.objects("servers").flatMap((server) => server.texts("hosts"));
  const hosts = [...ofServers.map(hostOf), ...draft.annotations.list("hostname")];
  for (const host of new Set(hosts)) {
    if (host !== "" && host !== "*") draft.ask(host, targets);
  }
}

function hostOf(text: string): string {
  return readIstioHost(text)?.host ?? text;
}

/**
 * Where the traffic for an Istio Gateway arrives: its annotated targets, else the Ingress that its annotation names, else
 * the Services with its selector.
 */
export function istioGatewayTargets(
  { namespace, annotations, spec }: Pick<Draft, "namespace" | "annotations" | "spec">,
  neighbours: Neighbours,
): readonly string[] {
  const annotated = annotations.list("target");
  if (annotated.length > 0) return annotated;
  const ingress = annotations.value("ingress") ?? "";
  if (ingress !== "") return ingressTargets(ingress, namespace, neighbours);
  const selector = spec.textMap("selector");
  const services = [...neighbours.list(serviceKind)].map((service) => readFields(service));
  const found = services.filter((service) => hasLabels(service.object("spec").textMap("selector"), selector));
  return [...new Set(found.flatMap(serviceTargets))].toSorted();
}

/** An Istio Gateway as a neighbour of what binds to it. */
export function openIstioGateway(gateway: unknown): Pick<Draft, "namespace" | "annotations" | "spec"> {
  const fields = readFields(gateway);
  const metadata = fields.object("metadata");
  return { namespace: metadata.text("namespace"), annotations: readAnnotations(metadata), spec: fields.object("spec") };
}

function ingressTargets(text: string, ownNamespace: string, neighbours: Neighbours): readonly string[] {
  const place = readReference(text, ownNamespace);
  return place === undefined ? [] : publishedBy(readFields(neighbours.find(ingressKind, place.namespace, place.name)));
}

function serviceTargets(service: Fields): readonly string[] {
  const addresses = service.object("spec").texts("externalIPs");
  return addresses.length > 0 ? addresses : publishedBy(service);
}

/** Unlike elsewhere, a name in the status counts only where there is no address beside it. */
function publishedBy(object: Fields): readonly string[] {
  const published = object.object("status").object("loadBalancer").objects("ingress");
  return published.map((entry) => entry.text("ip") || entry.text("hostname")).filter((target) => target !== "");
}
