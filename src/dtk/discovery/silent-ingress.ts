/** Finds the Ingresses that ExternalDNS passes over in silence, since they have neither a target nor a status. Pure. */
import { annotationPrefix } from "../release/values.ts";
import { pathOf } from "../../kubernetes/cluster-ip/candidate.ts";
import type { ClusterFacts, Ingress } from "../../kubernetes/facts.ts";

export interface SilentIngress {
  /** As `namespace/name`. */
  readonly path: string;
  readonly hosts: readonly string[];
  /** The command that adds the annotation. */
  readonly command: string;
}

/**
 * Finds them (ExternalDNS source/ingress.go: targets are the annotation's, else the addresses and names in the status).
 *
 * @param prefix - the prefix of the annotations that ExternalDNS reads
 */
export function findSilentIngresses(
  { ingresses }: Pick<ClusterFacts, "ingresses">,
  prefix = annotationPrefix,
): readonly SilentIngress[] {
  return ingresses.flatMap((ingress) => {
    const [first, ...others] = hostsOf(ingress, prefix);
    if (first === undefined || hasTarget(ingress, prefix)) return [];
    const { name, namespace = "default" } = ingress.metadata;
    const command = `kubectl -n ${namespace} annotate ingress ${name} ${prefix}target=${first}`;
    return [{ path: pathOf(ingress), hosts: [first, ...others], command }];
  });
}

function hasTarget(ingress: Ingress, prefix: string): boolean {
  return hasAnnotatedTarget(ingress, prefix) || isPublished(ingress);
}

/** Whether a load balancer gave it an address. */
export function isPublished({ status }: Ingress): boolean {
  return (status?.loadBalancer?.ingress ?? []).length > 0;
}

/** Whether its target is named by an annotation with this prefix. */
export function hasAnnotatedTarget({ metadata }: Ingress, prefix: string): boolean {
  return (metadata.annotations?.[`${prefix}target`] ?? "") !== "";
}

/** The host names of an Ingress, in the order in which ExternalDNS finds them. */
export function hostsOf({ spec, metadata }: Ingress, prefix: string): readonly string[] {
  const ofRules = (spec?.rules ?? []).map(({ host }) => host ?? "");
  const ofCertificates = (spec?.tls ?? []).flatMap(({ hosts }) => hosts ?? []);
  const annotated = (metadata.annotations?.[`${prefix}hostname`] ?? "").split(",").map((host) => host.trim());
  return [...new Set([...ofRules, ...ofCertificates, ...annotated])].filter((host) => host !== "");
}
