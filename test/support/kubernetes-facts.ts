/** Kubernetes resources as the API gives them, as far as dtk reads them. */
import type { ClusterNode, Gateway, Ingress, Service } from "../../src/kubernetes/facts.ts";

type Labels = Readonly<Record<string, string>>;

export function node(given: { name: string; addresses: readonly string[]; labels?: Labels }): ClusterNode {
  const addresses = given.addresses.map((address) => ({ type: "InternalIP", address }));
  const host = { type: "Hostname", address: given.name };
  return { metadata: { name: given.name, labels: { ...given.labels } }, status: { addresses: [host, ...addresses] } };
}

export function service(given: {
  name: string;
  addresses: readonly string[];
  labels?: Labels;
  ports?: readonly number[];
}): Service {
  const { name, labels, addresses, ports = [80, 443] } = given;
  return {
    metadata: { name, namespace: "default", labels: { ...labels } },
    spec: { type: "LoadBalancer", ports: ports.map((port) => ({ port })) },
    status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } },
  };
}

export function gateway(name: string, addresses: readonly string[]): Gateway {
  return {
    metadata: { name, namespace: "default" },
    status: { addresses: addresses.map((value) => ({ type: "IPAddress", value })) },
  };
}

export function ingressFact(given: {
  name: string;
  hosts: readonly string[];
  annotations?: Labels;
  addresses?: readonly string[];
}): Ingress {
  const { name, hosts, annotations, addresses = [] } = given;
  return {
    metadata: { name, namespace: "default", annotations: { ...annotations } },
    spec: { rules: hosts.map((host) => ({ host })) },
    status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } },
  };
}
