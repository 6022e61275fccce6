/** Which resources of the cluster ask for a name: those that ExternalDNS reads names from. */
import * as z from "zod/mini";
import { pathOf } from "../../kubernetes/cluster-ip/candidate.ts";
import type { Ingress } from "../../kubernetes/facts.ts";
import { hostsOf } from "../../dtk/discovery/silent-ingress.ts";
import { lookAtFacts } from "./cluster-looks.ts";
import type { Desktop } from "../check.ts";

export interface NameSource {
  /** As in `Ingress`. */
  readonly kind: string;
  /** As in `default/test`. */
  readonly path: string;
  /** The Ingress itself, for what else is to be known of it. */
  readonly ingress?: Ingress;
}

const metadata = z.object({ name: z.string(), namespace: z.optional(z.string()) });
const routeSchema = z.object({
  metadata,
  spec: z.object({ hostnames: z.optional(z.nullable(z.array(z.string()))) }),
});
const endpointSchema = z.object({
  metadata,
  spec: z.object({ endpoints: z.optional(z.nullable(z.array(z.object({ dnsName: z.optional(z.string()) })))) }),
});

/**
 * Finds the resources that ask for a name.
 *
 * @param prefix - the prefix of the annotations that ExternalDNS reads
 * @throws TroubleError when the cluster does not answer
 */
export async function findSources(desktop: Desktop, name: string, prefix: string): Promise<readonly NameSource[]> {
  const facts = await desktop.once(lookAtFacts);
  const api = await desktop.kubernetes();
  const [routes, endpoints] = await Promise.all([
    facts.hasRoutes ? api.read("/apis/gateway.networking.k8s.io/v1/httproutes", listOf(routeSchema)) : undefined,
    facts.hasDNSEndpoints
      ? api.read("/apis/externaldns.k8s.io/v1alpha1/dnsendpoints", listOf(endpointSchema))
      : undefined,
  ]);
  const asks = (hosts: readonly string[]): boolean => hosts.some((host) => host.toLowerCase() === name);
  return [
    ...facts.ingresses
      .filter((ingress) => asks(hostsOf(ingress, prefix)))
      .map((ingress) => ({ kind: "Ingress", path: pathOf(ingress), ingress })),
    ...facts.services
      .filter(({ metadata: { annotations } }) => asks((annotations?.[`${prefix}hostname`] ?? "").split(/\s*,\s*/)))
      .map((service) => ({ kind: "Service", path: pathOf(service) })),
    ...(routes?.items ?? [])
      .filter(({ spec }) => asks(spec.hostnames ?? []))
      .map((route) => ({ kind: "HTTPRoute", path: pathOf(route) })),
    ...(endpoints?.items ?? [])
      .filter(({ spec }) => asks((spec.endpoints ?? []).flatMap(({ dnsName }) => dnsName ?? [])))
      .map((endpoint) => ({ kind: "DNSEndpoint", path: pathOf(endpoint) })),
  ];
}

function listOf<Item extends z.core.$ZodType>(item: Item) {
  return z.object({ items: z.nullable(z.array(item)) });
}
