/** Where the watcher differs from ExternalDNS on purpose: the table in the reference page, as far as the judge can see it. */
import { parseDNSName } from "../../src/records/name.ts";
import type { Case } from "./case.ts";

/** A record, or targets of one, that only one side has. */
export interface Finding {
  readonly side: "ExternalDNS" | "watcher";
  readonly name: string;
  readonly type: string;
  readonly targets: readonly string[];
  /** The case that the name is of. */
  readonly of: Case | undefined;
}

/** A deliberate difference: which findings it explains. */
export interface Difference {
  readonly row: string;
  readonly side: Finding["side"];
  readonly explains: (finding: Finding) => boolean;
}

const routeKinds = ["HTTPRoute", "GRPCRoute", "TLSRoute"];

/** Every deliberate difference. What none of them explains is a mistake. */
export const differences: readonly Difference[] = [
  {
    row: "a name that is not a DNS name is left out, with a reason",
    side: "ExternalDNS",
    explains: ({ name }) => parseDNSName(name) === undefined,
  },
  {
    row: "an empty item of a list of targets is left out",
    side: "ExternalDNS",
    explains: ({ targets }) => targets.every((target) => target === ""),
  },
  {
    row: "an annotation target with empty items alone counts as absent",
    side: "watcher",
    explains: ({ of }) => hasEmptyTarget(of),
  },
  {
    row: "an empty item of a list of hosts is left out, and does not stand for the hosts of a route's listeners",
    side: "ExternalDNS",
    explains: ({ of }) => hasKind(of, ...routeKinds) && hasEmptyHost(of),
  },
  {
    row: "a NodePort makes no SRV records",
    side: "ExternalDNS",
    // Under an empty name, too.
    explains: ({ type, name }) => type === "SRV" && name.startsWith("_main-case-"),
  },
  {
    row: "a NodePort with the traffic policy Local has the addresses of all nodes, since pods are not watched",
    side: "watcher",
    explains: ({ of }) => hasKind(of, "Service local"),
  },
  {
    row: "records of a DNSEndpoint other than addresses may have targets with a dot at the end",
    side: "watcher",
    explains: ({ type, of }) => ["SRV", "NS"].includes(type) && hasKind(of, "DNSEndpoint"),
  },
  {
    row: "a host that a rule of Traefik excludes is left out",
    side: "ExternalDNS",
    explains: ({ name, of }) => name.startsWith("not.") && hasKind(of, "IngressRoute", "IngressRouteTCP"),
  },
  {
    row: "a rule of Traefik may have its host in double quotes",
    side: "watcher",
    explains: ({ name, of }) => name.startsWith("quoted.") && hasKind(of, "IngressRoute", "IngressRouteTCP"),
  },
  {
    row: "the annotation controller counts for Traefik's kinds too",
    side: "ExternalDNS",
    explains: ({ of }) => hasKind(of, "IngressRoute", "IngressRouteTCP") && hasOtherController(of, of?.kind ?? ""),
  },
  {
    row: "the annotation controller counts for Gateways and ListenerSets too",
    side: "ExternalDNS",
    explains: ({ of }) => hasKind(of, ...routeKinds) && hasOtherController(of, "Gateway", "ListenerSet"),
  },
  {
    row: "the host in the spec of an OpenShift Route counts before a router admits it",
    side: "watcher",
    explains: ({ name, of }) => name.startsWith("spec.") && hasKind(of, "Route"),
  },
];

function hasKind(of: Case | undefined, ...kinds: readonly string[]): boolean {
  return of !== undefined && kinds.includes(of.kind);
}

function hasEmptyTarget(of: Case | undefined): boolean {
  const kinds = (of?.objects ?? []).map(({ body }) => String(body["kind"]));
  return valuesOf(of, "target", ...kinds).some((list) => list !== "" && /^[ ,]+$/.test(list));
}

function hasEmptyHost(of: Case | undefined): boolean {
  return valuesOf(of, "hostname", of?.kind ?? "").some((list) => list.split(",").some((item) => item.trim() === ""));
}

function hasOtherController(of: Case | undefined, ...kinds: readonly string[]): boolean {
  return valuesOf(of, "controller", ...kinds).some((controller) => controller !== "dns-controller");
}

/** The values of one of ExternalDNS's annotations on the objects of these kinds. */
function valuesOf(of: Case | undefined, key: string, ...kinds: readonly string[]): readonly string[] {
  const objects = (of?.objects ?? []).filter(({ body }) => kinds.includes(String(body["kind"])));
  return objects.flatMap(({ body }) => {
    const { annotations = {} } = body.metadata as { readonly annotations?: Readonly<Record<string, string>> };
    return Object.entries(annotations).flatMap(([name, value]) => (name.endsWith(`/${key}`) ? [value] : []));
  });
}
