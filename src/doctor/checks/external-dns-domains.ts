/** Does ExternalDNS look at every managed domain? Its own filter, and what it was told at its start, may leave one out. */
import { renderChange } from "../../dtk/external-dns/change.ts";
import { kubectlWords } from "../../kubernetes/place.ts";
import { isWithin } from "../../records/managed-domain.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { type WebhookPath, kubectl, lookAtChain } from "../looks/cluster-looks.ts";

export const externalDNSDomains: Check = {
  id: "external-dns-domains",
  title: "ExternalDNS looks at every managed domain",
  needs: ["server-answers", "external-dns-installed"],
  run: async (desktop) => judgeDomains(await desktop.once(lookAtChain), desktop),
};

/** Judges filter and negotiation. */
export function judgeDomains(chain: WebhookPath, desktop: Pick<Desktop, "place">): readonly Finding[] {
  const { domains = [], negotiation } = chain.cluster ?? {};
  const filtered = domains.filter((domain) => !passesFilter(domain, chain));
  const unseen = (negotiation?.unseen ?? []).filter((domain) => !filtered.includes(domain));
  const findings = [
    ...(filtered.length === 0 ? [] : [filteredOut(filtered, chain, desktop)]),
    ...(unseen.length === 0 ? [] : [notNegotiated(unseen, chain, desktop)]),
  ];
  return findings.length > 0 ? findings : [ok(`ExternalDNS looks at ${domains.join(", ") || "every domain"}.`)];
}

/** ExternalDNS endpoint/domain_filter.go: suffixes by whole labels; a leading dot leaves the domain itself out. */
function passesFilter(domain: string, { externalDNS }: WebhookPath): boolean {
  const { domainFilters, excludedDomains } = externalDNS.settings;
  const isUnder = (filter: string): boolean => {
    const base = filter.replace(/^\./, "").replace(/\.$/, "").toLowerCase();
    return isWithin(domain, base);
  };
  return (domainFilters.length === 0 || domainFilters.some(isUnder)) && !excludedDomains.some(isUnder);
}

function filteredOut(
  domains: readonly string[],
  { externalDNS }: WebhookPath,
  desktop: Pick<Desktop, "place">,
): Finding {
  const { domainFilters, excludedDomains } = externalDNS.settings;
  const isExcluded = domainFilters.length === 0;
  const flag = isExcluded ? "exclude-domains" : "domain-filter";
  const filters = isExcluded ? excludedDomains : domainFilters;
  const message = `ExternalDNS leaves out ${domains.join(", ")}, since it has --${flag}=${filters.join(",")}.`;
  const chartValue = `${isExcluded ? "excludeDomains" : "domainFilters"}=[]`;
  const command = renderChange(externalDNS, { flag, values: [], chartValue, isJSON: true }, desktop.place);
  const hint = "The server says which domains it wants, so no filter is needed:";
  return { grade: "problem", code: "domain-filtered-out", message, hint, command };
}

function notNegotiated(
  domains: readonly string[],
  { externalDNS }: WebhookPath,
  desktop: Pick<Desktop, "place">,
): Finding {
  const words = ["-n", externalDNS.namespace, "rollout", "restart", "deployment", externalDNS.name];
  return {
    grade: "problem",
    code: "restart-external-dns",
    message: `ExternalDNS does not look at ${domains.join(", ")} before it starts again: it asks for the domains once.`,
    hint: "Start it again:",
    command: kubectl(desktop, ...words),
    fix: { commands: [[...kubectlWords(desktop.place), ...words]], needsRoot: false },
  };
}
