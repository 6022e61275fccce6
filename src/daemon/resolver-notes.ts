/** What is worth knowing of how the system resolver is told our domains, in words. */
import type { Trouble } from "../base/trouble.ts";
import type { Routes } from "../platform/resolver/routes.ts";

const severity = "info" as const;

/** Of domains that others have too. */
export function notesOf({ taken, left }: Pick<Routes, "taken" | "left">): readonly Trouble[] {
  return [
    ...taken.map((domain) => ({
      code: "resolver-taken",
      severity,
      message: `*.${domain} covers all of ${domain}, so names of others in it no longer resolve here.`,
      hint: `To keep them, use a wildcard further down, such as *.apps.${domain}.`,
    })),
    ...left.map((name) => ({
      code: "resolver-left",
      severity,
      message: `${name} is a domain of others too, so its records beside addresses are not routed.`,
      hint: "Programs that ask the responder itself get them.",
    })),
  ];
}

/**
 * Of names that the hosts file cannot hold, where nobody is told.
 *
 * @param sentence - what is in charge of names on this machine
 */
export function untoldNote([first, ...others]: readonly string[], sentence: string): readonly Trouble[] {
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return [
    {
      code: "resolver-untold",
      severity,
      message: `Most programs on this machine do not resolve ${first}${more}. ${sentence}`,
      hint: "Let systemd-resolved, dnsmasq or unbound be this machine's resolver, and start the server again.",
    },
  ];
}

/** Where the resolver checks DNSSEC, and nobody agreed to exempt the domains. */
export function unsigned(domains: readonly string[]): Trouble {
  return {
    code: "resolver-checks-dnssec",
    severity: "warning",
    message: `The resolver checks DNSSEC and would refuse this server's unsigned answers, so it is not told about ${domains.join(", ")}.`,
    hint: "Exempt the domains from DNSSEC with --dnssec-exempt, or install the server again, which asks.",
  };
}

/** Where another program has the responder's port. */
export function unanswered(domains: readonly string[]): Trouble {
  return {
    code: "resolver-without-responder",
    severity: "warning",
    message: `The resolver is not told about ${domains.join(", ")}, since the DNS responder has no open socket there.`,
    hint: "Names in the hosts file resolve all the same. The status says what is in the way of the responder:",
    command: "hostsfile-server status",
    isRetried: true,
  };
}
