/** What is known of a machine's resolvers, and a way of telling one, for tests that change a part of them. */
import type { ResolvedFacts, ResolverFacts } from "../../src/platform/resolver/facts.ts";
import { type Way, emptyPlan } from "../../src/platform/resolver/way.ts";

/** Makes facts; only what is given differs from a machine on which no resolver runs and anything may be told. */
export function resolverFactsOf(given: Partial<ResolverFacts> = {}): ResolverFacts {
  return {
    mayTell: true,
    resolved: undefined,
    networkManagerMode: undefined,
    dnsmasq: undefined,
    unbound: undefined,
    nameservers: [],
    ...given,
  };
}

/** Makes what is known of a systemd-resolved; only what is given differs from one of version 258 that is asked. */
export function resolvedOf(given: Partial<ResolvedFacts> = {}): ResolvedFacts {
  return { version: 258, isAsked: true, isValidating: false, globalServers: [], ...given };
}

/** Makes a way; only what is given differs from one that is always possible and tells nothing. */
export function wayOf(given: Partial<Way> = {}): Way {
  return {
    name: "delegate",
    inCharge: () => "A resolver",
    how: "is told",
    obstacle: () => undefined,
    passesUnknown: false,
    mustExempt: () => false,
    plan: () => emptyPlan,
    ...given,
  };
}
