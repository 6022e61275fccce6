/** The kinds whose objects give names: a new one is a file of its own and a line here. */
import { dnsEndpointKind } from "./dns-endpoint.ts";
import { ingressKind } from "./ingress.ts";
import { istioGatewayKind } from "./istio-gateway.ts";
import { istioVirtualServiceKind } from "./istio-virtual-service.ts";
import type { Kind } from "./kind.ts";
import { openShiftRouteKind } from "./openshift-route.ts";
import { grpcRouteKind, httpRouteKind, tlsRouteKind } from "./route.ts";
import { serviceKind } from "./service.ts";
import { traefikKinds } from "./traefik.ts";

const translated: readonly Kind[] = [
  ingressKind,
  serviceKind,
  httpRouteKind,
  grpcRouteKind,
  tlsRouteKind,
  dnsEndpointKind,
  istioGatewayKind,
  istioVirtualServiceKind,
  ...traefikKinds,
  openShiftRouteKind,
];

/** Every kind to watch: those that give names, and those that they look at. */
export const kinds: readonly Kind[] = [...new Set(translated.flatMap((kind) => [kind, ...kind.looksAt]))];
