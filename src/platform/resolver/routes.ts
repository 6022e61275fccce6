/** Which domains the resolver is told: whole managed domains, or, where others have names in them too, only what is ours. Pure. */
import { isWithin, outermost } from "../../records/managed-domain.ts";
import type { RoutedDomain } from "../resolver-wiring.ts";

/** Whether a domain exists for others than us; `unknown` where nobody could be asked. */
export type Existence = "public" | "private" | "unknown";

export interface RoutesInput {
  /** The managed domains, and who else has them. */
  readonly domains: ReadonlyMap<string, Existence>;
  /** Names that are shown and that the hosts file does not hold, such as `*.apps.dtk.io`. */
  readonly beyondHostsFile: readonly string[];
  /** Whether the resolver asks others about names in a routed domain that we do not know. */
  readonly passesUnknown: boolean;
}

export interface Routes {
  /** Sorted, each once, none below another. */
  readonly routes: readonly string[];
  /** Domains that others have too, of which only parts are routed. */
  readonly narrowed: readonly string[];
  /** Domains of others that are ours alone now, since a wildcard covers the whole of them. */
  readonly taken: readonly string[];
  /** Names that stay unanswered, since routing them would take a domain of others. */
  readonly left: readonly string[];
}

/** Ends of names that nobody has on the internet (RFC 6761, RFC 8375, and ICANN's `internal`). */
const neverPublic = ["test", "internal", "home.arpa", "lan", "home", "corp", "private", "intranet", "localhost"];

/** Whether no name in the domain can exist on the internet, so that nobody has to be asked. */
export function isNeverPublic(domain: string): boolean {
  return neverPublic.some((end) => isWithin(domain, end));
}

/**
 * Works out the routes. In a domain that exists for others too, a resolver that cannot pass on what we do not know is told
 * only the parents of wildcards, and the names that the hosts file cannot hold.
 */
export function routesOf({ domains, beyondHostsFile, passesUnknown }: RoutesInput): Routes {
  const isWhole = (existence: Existence): boolean => passesUnknown || existence === "private";
  const whole = [...domains].flatMap(([domain, existence]) => (isWhole(existence) ? [domain] : []));
  const shared = [...domains.keys()].filter((domain) => !whole.some((other) => isWithin(domain, other)));
  const names = beyondHostsFile.filter((name) => shared.some((domain) => isWithin(parentOf(name), domain)));
  const parts = names.map(parentOf);
  const isTaken = (domain: string): boolean => names.some((name) => isWildcard(name) && parentOf(name) === domain);
  const taken = shared.filter(isTaken);
  const left = names.filter((name) => !isWildcard(name) && shared.includes(name) && !taken.includes(name));
  const routed = parts.filter((part) => !left.includes(part));
  return {
    routes: outermost([...whole, ...routed]).toSorted(),
    narrowed: shared.filter((domain) => !taken.includes(domain)).toSorted(),
    taken: taken.toSorted(),
    left: left.toSorted(),
  };
}

/** How much of each domain is routed. */
export function routedDomains(
  domains: readonly string[],
  { routes, narrowed, taken }: Pick<Routes, "routes" | "narrowed" | "taken">,
): readonly RoutedDomain[] {
  return domains.map((domain) => ({
    domain,
    routing: taken.includes(domain) ? "taken" : narrowed.includes(domain) ? "parts" : "whole",
    routes: routes.filter((route) => isWithin(route, domain) || isWithin(domain, route)),
  }));
}

function isWildcard(name: string): boolean {
  return name.startsWith("*.");
}

/** What has to be routed for a name: a wildcard's parent, and every other name alone. */
function parentOf(name: string): string {
  return isWildcard(name) ? name.slice(2) : name;
}
