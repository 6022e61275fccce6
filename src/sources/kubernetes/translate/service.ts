/** Service: only the names that its annotations give, with the addresses that its type has. */
import { type Draft, translateBy } from "./draft.ts";
import { readFields } from "./fields.ts";
import type { Kind, Neighbours, NotAskedReason } from "./kind.ts";
import { loadBalancerTargets } from "./load-balancer.ts";
import { nodeKind } from "./node.ts";

/** Services (ExternalDNS source/service.go). */
export const serviceKind: Kind = {
  kind: "Service",
  group: "",
  resource: "services",
  versions: ["v1"],
  namespaced: true,
  fields: [
    "spec.type",
    "spec.clusterIP",
    // Not for a name: by its ports an ingress controller is known, whose address is the cluster IP.
    "spec.ports",
    "spec.externalIPs",
    "spec.externalName",
    "spec.selector",
    "status.loadBalancer",
  ],
  translate: translateBy("service", translateService),
  looksAt: [nodeKind],
};

/** Where the traffic of a Service arrives, or why nowhere. */
type Targets = readonly string[] | { readonly reason: NotAskedReason; readonly why: string };

function translateService(draft: Draft, neighbours: Neighbours): void {
  const { annotations } = draft;
  const annotated = annotations.list("target");
  const askAll = (hosts: readonly string[], find: () => Targets): void => {
    if (hosts.length === 0) return;
    const targets = annotated.length > 0 ? annotated : find();
    for (const host of new Set(hosts)) {
      if (!("reason" in targets)) draft.ask(host, targets);
      else draft.refuse(targets.reason, `${JSON.stringify(host)} has no target: ${targets.why}`, [host]);
    }
  };
  askAll(annotations.list("hostname"), () => outsideTargets(draft, neighbours));
  askAll(annotations.list("internal-hostname"), () => insideTargets(draft, neighbours));
}

/** For the annotation `hostname`. */
function outsideTargets(draft: Draft, neighbours: Neighbours): Targets {
  const { spec, status } = draft;
  const type = spec.text("type");
  switch (type) {
    case "LoadBalancer":
      return externalIPs(draft) ?? orWhy(loadBalancerTargets(status), "its load balancer has no address yet.");
    case "NodePort":
      return orWhy(nodeTargets(draft, neighbours), "no node has an address of the kind that it wants.");
    case "ExternalName":
      return externalIPs(draft) ?? orWhy(texts(spec.text("externalName")), "spec.externalName is empty.");
    case "ClusterIP":
    case "":
      return spec.text("clusterIP") === "None" ? headless : clusterIPOnly;
    default:
      return { reason: "not-supported", why: `Services of type ${JSON.stringify(type)} are not known.` };
  }
}

/** For the annotation `internal-hostname`. */
function insideTargets(draft: Draft, neighbours: Neighbours): Targets {
  const type = draft.spec.text("type");
  if (type === "NodePort" || type === "ExternalName") return outsideTargets(draft, neighbours);
  const address = draft.spec.text("clusterIP");
  if (address === "None") return type === "LoadBalancer" ? noClusterIP : headless;
  return orWhy(texts(address), noClusterIP.why);
}

const noClusterIP = { reason: "no-target", why: "it has no cluster IP." } as const;
const clusterIPOnly = {
  reason: "no-target",
  why: "a Service of type ClusterIP has no address outside; give it the annotation target, or internal-hostname instead of hostname.",
} as const;
const headless = {
  reason: "not-supported",
  why: "the addresses of pods behind a headless Service are not followed; give it the annotation target.",
} as const;

function orWhy(targets: readonly string[], why: string): Targets {
  return targets.length > 0 ? targets : { reason: "no-target", why };
}

function texts(text: string): readonly string[] {
  return text === "" ? [] : [text];
}

function externalIPs({ spec }: Draft): readonly string[] | undefined {
  const addresses = spec.texts("externalIPs");
  return addresses.length > 0 ? addresses : undefined;
}

/** The nodes' addresses (`extractNodePortTargets`). */
function nodeTargets({ annotations }: Draft, neighbours: Neighbours): readonly string[] {
  const nodes = [...neighbours.list(nodeKind)].map((node) => readFields(node));
  const addresses = nodes
    .filter((node) => !node.object("spec").isTrue("unschedulable"))
    .flatMap((node) => node.object("status").objects("addresses"));
  const ofType = (type: string): readonly string[] =>
    addresses.filter((address) => address.text("type") === type).map((address) => address.text("address"));
  const [external, internal] = [ofType("ExternalIP"), ofType("InternalIP")];
  switch (annotations.value("access") ?? "") {
    case "public":
      return external;
    case "private":
      return internal;
    default:
      return external.length > 0 ? external : internal;
  }
}
