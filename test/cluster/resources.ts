/** The Kubernetes resources of the tests: the guide's Ingress word for word, and others like it. */

const annotationPrefix = "external-dns.alpha.kubernetes.io";

/** As the guide shows it, between `cat <<EOF` and `EOF`. */
export const guideIngress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  annotations:
    external-dns.alpha.kubernetes.io/target: foo.dtk.io
  name: test
spec:
  ingressClassName: nginx
  rules:
  - host: foo.dtk.io
    http:
      paths:
      - backend:
          service:
            name: test
            port:
              number: 80
        path: /
        pathType: Prefix
`;

/** An Ingress for hosts; without `target` the annotation names the first host, as in the guide. */
export function ingress(options: {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly target?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}): object {
  const { name, hosts, target = hosts[0], annotations } = options;
  const backend = { service: { name: "test", port: { number: 80 } } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, annotations: { [`${annotationPrefix}/target`]: target, ...annotations } },
    spec: {
      ingressClassName: "nginx",
      rules: hosts.map((host) => ({ host, http: { paths: [{ backend, path: "/", pathType: "Prefix" }] } })),
    },
  };
}

/** A ClusterIP Service whose annotations give name and target. */
export function annotatedService(options: {
  readonly name: string;
  readonly host: string;
  readonly target: string;
}): object {
  const { name, host, target } = options;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name,
      annotations: { [`${annotationPrefix}/hostname`]: host, [`${annotationPrefix}/target`]: target },
    },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  };
}

export interface DNSRecord {
  readonly dnsName: string;
  readonly recordType: "A" | "AAAA" | "CNAME" | "TXT" | "SRV" | "MX" | "NAPTR" | "PTR";
  readonly targets: readonly string[];
  readonly recordTTL?: number;
  readonly setIdentifier?: string;
}

/** A DNSEndpoint, ExternalDNS's own resource. */
export function dnsEndpoint(name: string, endpoints: readonly DNSRecord[]): object {
  return { apiVersion: "externaldns.k8s.io/v1alpha1", kind: "DNSEndpoint", metadata: { name }, spec: { endpoints } };
}
