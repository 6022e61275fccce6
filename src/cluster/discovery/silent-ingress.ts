/** Finds the Ingresses that ExternalDNS passes over in silence, since they have neither a target nor a status. Pure. */
import { annotationPrefix } from "../helm/values.ts";
import { pathOf } from "./candidate.ts";
import type { ClusterFacts, Ingress } from "./facts.ts";

export interface SilentIngress {
  /** As `namespace/name`. */
  readonly path: string;
  readonly hosts: readonly string[];
  /** The command that adds the annotation. */
  readonly command: string;
}

/**
 * Finds them (ExternalDNS source/ingress.go: targets are the annotation's, else the addresses and names in the status).
 */
export function findSilentIngresses({ ingresses }: Pick<ClusterFacts, "ingresses">): readonly SilentIngress[] {
  return ingresses.flatMap((ingress) => {
    const [first, ...others] = hostsOf(ingress);
    if (first === undefined || hasTarget(ingress)) return [];
    const { name, namespace = "default" } = ingress.metadata;
    const command = `kubectl -n ${namespace} annotate ingress ${name} ${annotationPrefix}target=${first}`;
    return [{ path: pathOf(ingress), hosts: [first, ...others], command }];
  });
}

function hasTarget({ metadata, status }: Ingress): boolean {
  const target = metadata.annotations?.[`${annotationPrefix}target`] ?? "";
  return target !== "" || (status?.loadBalancer?.ingress ?? []).length > 0;
}

function hostsOf({ spec, metadata }: Ingress): readonly string[] {
  const ofRules = (spec?.rules ?? []).map(({ host }) => host ?? "");
  const ofCertificates = (spec?.tls ?? []).flatMap(({ hosts }) => hosts ?? []);
  const annotated = (metadata.annotations?.[`${annotationPrefix}hostname`] ?? "").split(",").map((host) => host.trim());
  return [...new Set([...ofRules, ...ofCertificates, ...annotated])].filter((host) => host !== "");
}
