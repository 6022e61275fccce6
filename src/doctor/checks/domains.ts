/** Are the managed domains good for names of this desktop? Some endings mean something of their own to resolvers or browsers. */
import type { Status } from "../../contract/status.ts";
import { type Check, type Finding, ok } from "../check.ts";

export const domains: Check = {
  id: "domains",
  title: "The managed domains are good for names of a desktop",
  needs: ["server-answers"],
  run: async ({ status }) => {
    const found = judgeDomains((await status())?.clusters ?? []);
    return found.length > 0 ? found : [ok("No managed domain has a meaning of its own to resolvers or browsers.")];
  },
};

/** Top-level domains that browsers reach by https alone (HSTS preload list). */
const secureOnly = /(?:^|\.)(?:dev|app|page|new|day|zip|mov|foo|nexus|phd|prof|esq|dad|rsvp|boo|channel|ing|meme)$/;

/** Judges the managed domains of all clusters. */
export function judgeDomains(clusters: readonly Pick<Status["clusters"][number], "domains">[]): readonly Finding[] {
  const all = [...new Set(clusters.flatMap((cluster) => cluster.domains))];
  return all.flatMap((domain) => judgeDomain(domain));
}

function judgeDomain(domain: string): readonly Finding[] {
  const hint = "Take another ending, such as .test or .internal, or a domain of your own.";
  if (/(?:^|\.)localhost$/.test(domain)) {
    const message = `${domain}: resolvers and browsers take .localhost for this machine itself, whatever the hosts file says (RFC 6761).`;
    return [{ grade: "warning", code: "domain-localhost", message, hint }];
  }
  if (/(?:^|\.)local$/.test(domain)) {
    const message = `${domain}: .local is for names on the local network (mDNS, RFC 6762), so lookups may take seconds or fail.`;
    return [{ grade: "warning", code: "domain-local", message, hint }];
  }
  if (!secureOnly.test(domain)) return [];
  const message = `${domain}: browsers open names in .${domain.split(".").at(-1)} by https alone.`;
  return [
    {
      grade: "note",
      code: "domain-https-only",
      message,
      hint: "Give your Ingresses certificates, or take another ending, such as .test.",
    },
  ];
}
