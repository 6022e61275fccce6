/** Finds the Ingresses that ExternalDNS passes over in silence, since they have neither a target nor a status. Pure. */
import { askedNames, translateAlone } from "../../sources/kubernetes/translate/asked-names.ts";
import { ingressKind } from "../../sources/kubernetes/translate/ingress.ts";
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
 * Finds the Ingresses that ExternalDNS ignores for want of an annotation.
 *
 * @param prefix - the prefix of the annotations that ExternalDNS reads
 */
export function findSilentIngresses(
  { ingresses }: Pick<ClusterFacts, "ingresses">,
  prefix = annotationPrefix,
): readonly SilentIngress[] {
  return ingresses.flatMap((ingress) => {
    const hosts = translateAlone(ingressKind, ingress, prefix).withoutTarget.map(({ dnsName = "" }) => dnsName);
    const [first] = hosts;
    if (first === undefined) return [];
    const { name, namespace = "default" } = ingress.metadata;
    const command = `kubectl -n ${namespace} annotate ingress ${name} ${prefix}target=${first}`;
    return [{ path: pathOf(ingress), hosts, command }];
  });
}

/** Whether a load balancer gave it an address. */
export function isPublished({ status }: Ingress): boolean {
  return (status?.loadBalancer?.ingress ?? []).length > 0;
}

/** Whether its target is named by an annotation with this prefix. */
export function hasAnnotatedTarget({ metadata }: Ingress, prefix: string): boolean {
  return (metadata.annotations?.[`${prefix}target`] ?? "") !== "";
}

/** The names that an Ingress asks for, when the annotations with this prefix count. */
export function hostsOf(ingress: Ingress, prefix: string): readonly string[] {
  return askedNames(translateAlone(ingressKind, ingress, prefix));
}
