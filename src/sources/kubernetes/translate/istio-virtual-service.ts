/** Istio's VirtualService: its hosts, where a Gateway that it names serves them. */
import { type Draft, translateBy } from "./draft.ts";
import { istioGatewayKind, istioGatewayTargets, openIstioGateway } from "./istio-gateway.ts";
import { readIstioHost, readReference } from "./istio-host.ts";
import type { Kind, Neighbours } from "./kind.ts";

/** VirtualServices (ExternalDNS source/istio_virtualservice.go). */
export const istioVirtualServiceKind: Kind = {
  kind: "VirtualService",
  group: "networking.istio.io",
  resource: "virtualservices",
  versions: ["v1", "v1beta1", "v1alpha3"],
  namespaced: true,
  fields: ["spec.hosts", "spec.gateways", "spec.exportTo"],
  translate: translateBy("virtualservice", translateVirtualService),
  looksAt: [istioGatewayKind, ...istioGatewayKind.looksAt],
};

/** The name that means all sidecars, not a Gateway. */
const mesh = "mesh";

function translateVirtualService(draft: Draft, neighbours: Neighbours): void {
  const own = draft.spec.texts("hosts").filter((host) => host !== "" && host !== "*");
  const hosts = [...own.map((host) => readIstioHost(host)?.host ?? host), ...draft.annotations.list("hostname")];
  const annotated = draft.annotations.list("target");
  const names = draft.spec.texts("gateways").filter((name) => name !== "" && name !== mesh);
  const gateways = annotated.length > 0 ? [] : names.flatMap((name) => findGateway(name, draft, neighbours));
  for (const host of new Set(hosts)) {
    const bound = gateways.filter((gateway) => gateway === "not known" || serves(gateway, draft, host));
    if (annotated.length > 0 || bound.length > 0) draft.ask(host, [...annotated, ...targetsOf(bound, neighbours)]);
    else if (names.length > 0)
      draft.refuse("no-listener", `No Istio Gateway of spec.gateways serves ${JSON.stringify(host)}.`, [host]);
  }
}

type Gateway = ReturnType<typeof openIstioGateway>;

/** Not known is one that the user may not read: nothing speaks against its serving the host. */
function findGateway(text: string, draft: Draft, neighbours: Neighbours): readonly (Gateway | "not known")[] {
  const place = readReference(text, draft.namespace);
  const found = place && neighbours.find(istioGatewayKind, place.namespace, place.name);
  if (found !== undefined) return [openIstioGateway(found)];
  if (place !== undefined && !neighbours.knows(istioGatewayKind, place.namespace)) return ["not known"];
  draft.refuse("parent-missing", `There is no Istio Gateway ${text}.`);
  return [];
}

function targetsOf(gateways: readonly (Gateway | "not known")[], neighbours: Neighbours): readonly string[] {
  const known = gateways.filter((gateway) => gateway !== "not known");
  return [...new Set(known.flatMap((gateway) => istioGatewayTargets(gateway, neighbours)))];
}

/** `virtualServiceBindsToGateway`. */
function serves({ namespace, spec }: Gateway, draft: Draft, host: string): boolean {
  const exportTo = draft.spec.texts("exportTo");
  const isSame = namespace === draft.namespace;
  const isExported = exportTo.some((to) => to === "*" || to === namespace || (to === "." && isSame));
  if (exportTo.length > 0 && !isExported) return false;
  const hosts = spec.objects("servers").flatMap((server) => server.texts("hosts"));
  return hosts.some((text) => {
    const of = readIstioHost(text);
    if (of === undefined) return false;
    const letsIn = of.namespace === "*" || of.namespace === draft.namespace || (of.namespace === "." && isSame);
    return letsIn && covers(of.host, host);
  });
}

function covers(ofGateway: string, host: string): boolean {
  if (ofGateway === "*" || ofGateway === host) return true;
  return ofGateway.startsWith("*.") && host.endsWith(ofGateway.slice(1));
}
