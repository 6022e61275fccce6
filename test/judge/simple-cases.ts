/** Cases of the kinds that need no other: Ingress, Service, DNSEndpoint, Traefik's and OpenShift's routes, Istio's Gateways. */
import fc from "fast-check";
import {
  type Case,
  access,
  annotatedHosts,
  annotations,
  fieldHosts,
  hostnameSource,
  internalHosts,
  loadBalancer,
  nameOf,
  namespaces,
  object,
  statusTargets,
} from "./case.ts";

const optionalHosts = fc.array(fieldHosts, { maxLength: 3 });

/** Ingresses. */
export const ingressCases: fc.Arbitrary<Case> = fc
  .record({
    namespace: namespaces,
    annotations: annotations({ "ingress-hostname-source": hostnameSource }),
    rules: fc.array(fc.option(fieldHosts, { freq: 4, nil: undefined }), { maxLength: 3 }),
    tls: fc.array(optionalHosts, { maxLength: 2 }),
    status: loadBalancer,
  })
  .map(({ rules, tls, ...given }) => {
    const spec = {
      defaultBackend: { service: { name: "web", port: { number: 80 } } },
      rules: rules.map((host) => ({ host })),
      tls: tls.map((hosts) => ({ hosts })),
    };
    const ingress = object({ api: "networking.k8s.io/v1", kind: "Ingress", resource: "ingresses", ...given, spec });
    return { kind: "Ingress", objects: [ingress] };
  });

const serviceTypes = fc.constantFrom("LoadBalancer", "NodePort", "ClusterIP", "ExternalName", "headless", "local");

/** Services. */
export const serviceCases: fc.Arbitrary<Case> = fc
  .record({
    namespace: namespaces,
    annotations: annotations({ "internal-hostname": internalHosts, access }),
    type: serviceTypes,
    externalIPs: fc.option(fc.subarray(["192.0.2.7", "192.0.2.8"]), { nil: undefined }),
    status: loadBalancer,
  })
  .map(({ type, externalIPs, status, ...given }) => {
    const spec = { ...serviceSpec(type), externalIPs, selector: { app: "web" }, ports: [{ port: 80 }] };
    const isBalanced = type === "LoadBalancer";
    const common = { api: "v1", kind: "Service", resource: "services", ...given, spec };
    return { kind: `Service ${type}`, objects: [object(isBalanced ? { ...common, status } : common)] };
  });

function serviceSpec(type: string): object {
  switch (type) {
    case "ExternalName":
      return { type, externalName: "else.example.org" };
    case "headless":
      return { type: "ClusterIP", clusterIP: "None" };
    case "local":
      return { type: "NodePort", externalTrafficPolicy: "Local" };
    default:
      return { type };
  }
}

const records = fc.oneof(
  fc.record({ recordType: fc.constantFrom("A", "AAAA", "CNAME"), targets: fc.array(statusTargets, { maxLength: 2 }) }),
  fc.record({ recordType: fc.constant("A"), targets: fc.constant(["192.0.2.1", "192.0.2.9."]) }),
  fc.record({
    recordType: fc.constantFrom("TXT", "MX", "SRV", "NS"),
    targets: fc.subarray(["any text", "10 mail.example.org", "10 5 5060 sip.example.org.", "70000 mail.example.org"]),
  }),
);

/** DNSEndpoints. */
export const dnsEndpointCases: fc.Arbitrary<Case> = fc
  .record({
    namespace: namespaces,
    annotations: annotations(),
    endpoints: fc.array(fc.tuple(annotatedHosts, records), { maxLength: 3 }),
  })
  .map(({ endpoints, ...given }) => {
    const spec = { endpoints: endpoints.map(([dnsName, record]) => ({ dnsName, ...record, recordTTL: 60 })) };
    const api = "externaldns.k8s.io/v1alpha1";
    return {
      kind: "DNSEndpoint",
      objects: [object({ api, kind: "DNSEndpoint", resource: "dnsendpoints", ...given, spec })],
    };
  });

const rules = fieldHosts.chain((host) =>
  fc.constantFrom(
    `Host(\`${host}\`)`,
    `Host(\`${host}\`) && PathPrefix(\`/x\`)`,
    `HostSNI( \`${host}\` )`,
    `Host(\`${host}\`,\`also.${host.replace("*.", "")}\`)`,
    `HostRegexp(\`${host}\`)`,
    "Host(`*`)",
    `!Host(\`not.${host.replace("*.", "")}\`)`,
    `Host("quoted.${host.replace("*.", "")}")`,
    "PathPrefix(`/x`)",
  ),
);

/** Traefik's IngressRoutes and IngressRouteTCPs. */
export const traefikCases: fc.Arbitrary<Case> = fc
  .record({
    namespace: namespaces,
    annotations: annotations(),
    kind: fc.constantFrom("IngressRoute", "IngressRouteTCP"),
    matches: fc.array(rules, { maxLength: 3 }),
  })
  .map(({ kind, matches, ...given }) => {
    const spec = { routes: matches.map((match) => ({ match })) };
    const resource = `${kind.toLowerCase()}s`;
    return { kind, objects: [object({ api: "traefik.io/v1alpha1", kind, resource, ...given, spec })] };
  });

const routers = fc.record({
  host: fieldHosts,
  routerCanonicalHostname: fc.option(fc.constant("router.example.org"), { nil: undefined }),
  admitted: fc.constantFrom("True", "True", "False", "Unknown", undefined),
});

/** OpenShift's Routes. */
export const openShiftRouteCases: fc.Arbitrary<Case> = fc
  .record({
    namespace: namespaces,
    annotations: annotations(),
    host: fc.option(fieldHosts, { nil: undefined }),
    routers: fc.array(routers, { maxLength: 2 }),
  })
  .map(({ host, routers: list, ...given }) => {
    const spec = { host: host?.replace(/^(?:\*\.)?/, "spec."), to: { kind: "Service", name: "web", weight: 1 } };
    const ingress = list.map(({ admitted, ...router }) => ({
      ...router,
      conditions: admitted === undefined ? [] : [{ type: "Admitted", status: admitted }],
    }));
    const api = "route.openshift.io/v1";
    const route = object({ api, kind: "Route", resource: "routes", ...given, spec, status: { ingress } });
    return { kind: "Route", objects: [route] };
  });

const istioHosts = fc
  .tuple(fc.constantFrom("", "", "*/", "./", "judge-a/", "judge-b/"), fc.oneof(fieldHosts, fc.constant("*")))
  .map(([namespace, host]) => namespace + host);

const istioAPI = "networking.istio.io/v1";

/** ExternalDNS reads this one under the older prefix, whatever its flag says. */
const ingressAnnotation = "external-dns.alpha.kubernetes.io/ingress";

const istioGateways = fc.record({
  namespace: namespaces,
  annotations: fc
    .tuple(annotations(), fc.constantFrom({}, {}, { [ingressAnnotation]: nameOf("front") }))
    .map(([all, ingress]) => ({ ...all, ...ingress })),
  hosts: fc.array(istioHosts, { minLength: 1, maxLength: 3 }),
  ingress: loadBalancer,
  services: fc.array(
    fc.record({
      status: loadBalancer,
      externalIPs: fc.constantFrom(undefined, undefined, ["192.0.2.7"]),
      more: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
});

/** Istio's Gateways with VirtualServices, and the Services and the Ingress that give addresses. */
export const istioCases: fc.Arbitrary<Case> = fc
  .record({
    gateway: istioGateways,
    virtual: fc.record({
      namespace: namespaces,
      annotations: annotations(),
      hosts: fc.uniqueArray(fieldHosts, { minLength: 1, maxLength: 3 }),
      gateways: fc.uniqueArray(fc.constantFrom("own", "judge-a", "judge-b", "mesh", "gone"), { maxLength: 3 }),
      exportTo: fc.uniqueArray(fc.constantFrom("*", ".", "judge-a", "judge-b"), { maxLength: 2 }),
    }),
  })
  .map(({ gateway, virtual }) => {
    const { namespace, hosts, services, ingress, annotations: all } = gateway;
    const selector = { istio: nameOf("selected") };
    const servers = [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts }];
    const { hosts: own, gateways, exportTo, ...given } = virtual;
    const named = gateways.map((name) =>
      name === "mesh" ? name : `${name === "own" ? "" : `${name}/`}${nameOf("main")}`,
    );
    return {
      kind: "Istio",
      objects: [
        object({
          api: "networking.k8s.io/v1",
          kind: "Ingress",
          resource: "ingresses",
          namespace,
          name: "front",
          spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } },
          status: ingress,
        }),
        object({
          api: istioAPI,
          kind: "Gateway",
          resource: "gateways",
          namespace,
          annotations: all,
          spec: { servers, selector },
        }),
        object({
          api: istioAPI,
          kind: "VirtualService",
          resource: "virtualservices",
          ...given,
          spec: { hosts: own, gateways: named, exportTo },
        }),
        ...services.map(({ status, externalIPs, more }, index) =>
          object({
            api: "v1",
            kind: "Service",
            resource: "services",
            namespace: "judge-b",
            name: `gateway-${index}`,
            spec: {
              type: "LoadBalancer",
              externalIPs,
              selector: more ? { ...selector, app: "x" } : selector,
              ports: [{ port: 80 }],
            },
            status,
          }),
        ),
      ],
    };
  });
