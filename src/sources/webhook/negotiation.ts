/** What ExternalDNS is told about managed domains, which it reads once per process, and when it must read again. */
import type { ClusterSettings } from "../../records/cluster.ts";
import { type ManagedDomain, isManaged } from "../../records/managed-domain.ts";
import type { Negotiation } from "../../engine/memory.ts";

/** ExternalDNS endpoint/domain_filter.go: without `include` everything matches. */
interface DomainFilter {
  readonly include?: readonly string[];
}

/**
 * The domain filter for the root path: the list, as the seed's server answers it. Without a managed domain it is left
 * out, which means "match everything" and harms nobody, as `POST /adjustendpoints` lets nothing pass then; and a domain
 * that is added later is seen without a restart.
 */
export function domainFilter({ domains }: Pick<ClusterSettings, "domains">): DomainFilter {
  return domains.length === 0 ? {} : { include: domains };
}

/**
 * The managed domains that ExternalDNS does not look at before it is restarted. A domain that was removed is not one of
 * them: its names are refused when they are offered, and ExternalDNS then deletes them.
 *
 * @param settings - what is managed now
 * @param negotiation - what ExternalDNS was told, if it asked
 */
export function unseenDomains(
  settings: Pick<ClusterSettings, "domains">,
  negotiation: Negotiation | undefined,
): readonly ManagedDomain[] {
  if (negotiation === undefined || negotiation.include.length === 0) return [];
  const told = new Set(negotiation.include as readonly ManagedDomain[]);
  return settings.domains.filter((domain) => !isManaged(domain, told));
}

/** The command that makes ExternalDNS ask again. */
export const restartCommand = "kubectl -n external-dns rollout restart deployment external-dns";
