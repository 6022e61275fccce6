/** What the cluster says about itself, as far as dtk chooses by it: one round of reading, then plain data. */
import * as z from "zod/mini";
import type { KubernetesAPI } from "./api.ts";

const metadataSchema = z.object({
  name: z.string(),
  namespace: z.optional(z.string()),
  labels: z.optional(z.record(z.string(), z.string())),
  annotations: z.optional(z.record(z.string(), z.string())),
});

const loadBalancerSchema = z.object({
  ingress: z.optional(z.nullable(z.array(z.object({ ip: z.optional(z.string()), hostname: z.optional(z.string()) })))),
});

const nodeSchema = z.object({
  metadata: metadataSchema,
  status: z.object({
    addresses: z.optional(z.nullable(z.array(z.object({ type: z.string(), address: z.string() })))),
  }),
});

const serviceSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({
    type: z.optional(z.string()),
    ports: z.optional(z.nullable(z.array(z.object({ port: z.number() })))),
    externalIPs: z.optional(z.nullable(z.array(z.string()))),
  }),
  status: z.object({ loadBalancer: z.optional(loadBalancerSchema) }),
});

const ingressSchema = z.object({
  metadata: metadataSchema,
  spec: z.optional(
    z.object({
      ingressClassName: z.optional(z.string()),
      rules: z.optional(z.nullable(z.array(z.object({ host: z.optional(z.string()) })))),
      tls: z.optional(z.nullable(z.array(z.object({ hosts: z.optional(z.nullable(z.array(z.string()))) })))),
    }),
  ),
  status: z.optional(z.object({ loadBalancer: z.optional(loadBalancerSchema) })),
});

const gatewaySchema = z.object({
  metadata: metadataSchema,
  status: z.optional(
    z.object({
      addresses: z.optional(z.nullable(z.array(z.object({ type: z.optional(z.string()), value: z.string() })))),
    }),
  ),
});

export type ClusterNode = z.infer<typeof nodeSchema>;
export type Service = z.infer<typeof serviceSchema>;
export type Ingress = z.infer<typeof ingressSchema>;
export type Gateway = z.infer<typeof gatewaySchema>;

/** Reads a Node, even an incomplete one. Undefined for anything else. */
export function readNode(object: unknown): ClusterNode | undefined {
  return z.safeParse(nodeSchema, object).data;
}

/** Reads a Service, even an incomplete one. Undefined for anything else. */
export function readService(object: unknown): Service | undefined {
  return z.safeParse(serviceSchema, object).data;
}

/** Reads a Gateway, even an incomplete one. Undefined for anything else. */
export function readGateway(object: unknown): Gateway | undefined {
  return z.safeParse(gatewaySchema, object).data;
}

export interface ClusterFacts {
  readonly nodes: readonly ClusterNode[];
  readonly services: readonly Service[];
  readonly ingresses: readonly Ingress[];
  readonly gateways: readonly Gateway[];
  /** Whether the cluster knows HTTPRoutes, so that ExternalDNS can be told to look at them. */
  readonly hasRoutes: boolean;
  /** Whether it knows ExternalDNS's own resource, DNSEndpoint. */
  readonly hasDNSEndpoints: boolean;
}

/**
 * Reads the facts.
 *
 * @throws TroubleError when the cluster does not answer or refuses
 */
export async function readClusterFacts(api: KubernetesAPI): Promise<ClusterFacts> {
  const [nodes, services, ingresses, gateways, routes, endpoints] = await Promise.all([
    list(api, "/api/v1/nodes", nodeSchema),
    list(api, "/api/v1/services", serviceSchema),
    list(api, "/apis/networking.k8s.io/v1/ingresses", ingressSchema),
    list(api, "/apis/gateway.networking.k8s.io/v1/gateways", gatewaySchema),
    api.send({ path: "/apis/gateway.networking.k8s.io/v1/httproutes?limit=1" }),
    api.send({ path: "/apis/externaldns.k8s.io/v1alpha1" }),
  ]);
  const [hasRoutes, hasDNSEndpoints] = [routes !== undefined, endpoints !== undefined];
  return { nodes, services, ingresses, gateways, hasRoutes, hasDNSEndpoints };
}

async function list<Item extends z.core.$ZodType>(
  api: KubernetesAPI,
  path: string,
  item: Item,
): Promise<readonly z.output<Item>[]> {
  const answer = await api.read(path, z.object({ items: z.nullable(z.array(item)) }));
  return answer?.items ?? [];
}
