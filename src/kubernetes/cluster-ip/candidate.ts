/** Which addresses might be the cluster IP, in the order in which they are tried. Pure. */
import { type Address, parseAddress, targetKind } from "../../records/address.ts";
import type { ClusterFacts, ClusterNode, Service } from "../facts.ts";

/** Where a candidate comes from, in words for people. */
export interface Candidate {
  readonly address: Address;
  readonly source: string;
}

/** Where Docker Desktop and port mappings put a cluster's ports. */
const loopback = [{ address: parseAddress("127.0.0.1"), source: "this machine, where port mappings end" }];

/**
 * Finds the candidates: addresses of ingress controllers' Services, of control-plane nodes, of other nodes, and at last
 * 127.0.0.1. An address is named once, where it comes first.
 *
 * @param machine - addresses that the hypervisor gave for the cluster's virtual machine, tried before 127.0.0.1
 */
export function findCandidates(
  { nodes, services }: Pick<ClusterFacts, "nodes" | "services">,
  machine: readonly Candidate[] = [],
): readonly Candidate[] {
  const [controlPlane, others] = [nodes.filter(isControlPlane), nodes.filter((node) => !isControlPlane(node))];
  const found = [
    ...services.filter(isIngressController).flatMap((service) =>
      ownAddresses(service).map((address) => ({
        address,
        source: `the ingress controller's Service ${pathOf(service)}`,
      })),
    ),
    ...controlPlane.flatMap((node) => ofNode(node, "the control-plane node")),
    ...others.flatMap((node) => ofNode(node, "the node")),
    ...machine,
    ...loopback.flatMap(({ address, source }) => (address === undefined ? [] : [{ address, source }])),
  ];
  return [...new Map(found.toReversed().map((candidate) => [candidate.address, candidate])).values()].toReversed();
}

/** The labels that the charts of ingress controllers put on their Services. */
const controllerNames =
  /^(?:(?:rke2-)?ingress-nginx|nginx-ingress|traefik|haproxy-ingress|kubernetes-ingress|kong|contour|envoy|istio-ingressgateway|istio|emissary-ingress|caddy-ingress-controller|apisix|cilium-ingress|cilium)$/;

/** Whether the Service leads to an ingress controller: by its name labels, and it serves HTTP or HTTPS. */
export function isIngressController({ metadata, spec }: Service): boolean {
  const labels = metadata.labels ?? {};
  const names = [labels["app.kubernetes.io/name"], labels["app"], labels["k8s-app"], metadata.name];
  const isNamed = names.some((name) => name !== undefined && controllerNames.test(name));
  return isNamed && (spec.ports ?? []).some(({ port }) => port === 80 || port === 443);
}

/** The addresses at which a Service is reached from outside. */
export function ownAddresses({ spec, status }: Service): readonly Address[] {
  const given = status.loadBalancer?.ingress?.map(({ ip }) => ip ?? "") ?? [];
  return usable([...given, ...(spec.externalIPs ?? [])]);
}

/** The addresses of a node at which it may be reached from outside. */
export function nodeAddresses({ status }: ClusterNode): readonly Address[] {
  const found = (status.addresses ?? []).filter(({ type }) => type === "InternalIP" || type === "ExternalIP");
  return usable(found.map(({ address }) => address));
}

function usable(texts: readonly string[]): readonly Address[] {
  return texts.flatMap((text) => {
    const address = parseAddress(text);
    return address !== undefined && targetKind(address) === "usable" ? [address] : [];
  });
}

function isControlPlane({ metadata: { labels = {} } }: ClusterNode): boolean {
  return "node-role.kubernetes.io/control-plane" in labels || "node-role.kubernetes.io/master" in labels;
}

function ofNode(node: ClusterNode, what: string): readonly Candidate[] {
  return nodeAddresses(node).map((address) => ({ address, source: `${what} ${node.metadata.name}` }));
}

/** A resource as `namespace/name`. */
export function pathOf({
  metadata,
}: {
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined };
}): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}
