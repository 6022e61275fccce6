/** Reads what a user wants to join, and says in a sentence what is wrong with it. */
import type { JoinRequest } from "../../contract/team.ts";
import type { Trouble } from "../../base/trouble.ts";
import type { TeamLink, TeamSettings } from "../../engine/teams.ts";
import { isLoopbackEndpoint } from "../../etcd/address.ts";
import { type ManagedDomain, parseManagedDomain } from "../../records/managed-domain.ts";
import { parseNetwork } from "../../records/network.ts";
import { type TeamName, parseTeamName } from "../../records/team-name.ts";
import { formatServers, parseFollowLink } from "../../contract/invitation.ts";
import { isLinkEncrypted, readLink } from "./link.ts";
import { isOfferable } from "./skydns/rules.ts";

/** The most names that can be agreed to: what a hosts file can have with every look-up still below 10 ms. */
const mostNamesLimit = 100_000;

/** What is to be joined, or the first thing that is wrong with it. */
export type ReadRequest =
  | { readonly ok: true; readonly name: TeamName; readonly settings: TeamSettings }
  | { readonly ok: false; readonly trouble: Trouble };

/**
 * Reads a request.
 *
 * @param follow - what opens the team servers, where the request is an invitation
 */
export function readJoinRequest(request: JoinRequest, follow?: TeamLink["follow"]): ReadRequest {
  const { mostNames } = request;
  const name = parseTeamName(request.name);
  if (name === undefined)
    return bad(`${quote(request.name)} cannot name a team.`, "Use lower-case letters, digits and hyphens.");
  const link = follow === undefined ? readEtcdLink(request) : readServersLink(request, follow);
  if ("ok" in link) return link;
  const domains: ManagedDomain[] = [];
  for (const text of request.domains) {
    const domain = parseManagedDomain(text);
    if (domain === undefined) return bad(`${quote(text)} is not a domain name.`, "Give one such as dev.example.com.");
    if (!isOfferable(domain)) {
      return bad(
        `${domain} cannot be a team's: it is a single label, a public suffix, or belongs to this machine and its network.`,
        "Name a domain of the team's own, such as dev.example.com.",
      );
    }
    domains.push(domain);
  }
  if (domains.length === 0)
    return bad("No domain is given.", "Say in which domains the team may have names:", "--domains");
  const network = request.networks.find((text) => parseNetwork(text) === undefined);
  if (network !== undefined) return bad(`${quote(network)} is not a network.`, "Give one such as 203.0.113.0/24.");
  if (mostNames < 1 || mostNames > mostNamesLimit) {
    return bad(`${mostNames} names cannot be agreed to.`, `Give a number from 1 to ${mostNamesLimit}.`);
  }
  return { ok: true, name, settings: { domains: [...new Set(domains)], networks: request.networks, mostNames, link } };
}

function readEtcdLink({ url, isInsecure, authority, identity, login }: JoinRequest): TeamLink | ReadRequest {
  const parsed = readLink(url);
  if (parsed === undefined) {
    return bad(
      `${quote(url)} is neither an invitation nor an address of etcd.`,
      "Give what team invite printed, or an etcd such as etcd://e1.example.com:2379.",
    );
  }
  const link = { url, isInsecure, authority, identity, login };
  if (login !== undefined && !isLinkEncrypted(link, parsed) && !parsed.endpoints.every(isLoopbackEndpoint)) {
    return bad("A password would be sent without encryption.", "Give the authority of etcd with --team-ca.");
  }
  return link;
}

/** What is secret of an invitation is not in the address that is kept and shown. */
function readServersLink(
  { url, isInsecure, authority }: JoinRequest,
  follow: NonNullable<TeamLink["follow"]>,
): TeamLink | ReadRequest {
  const parsed = parseFollowLink(url);
  if (parsed === undefined)
    return bad(`${quote(url)} is not an invitation.`, "Copy the whole line that team invite printed.");
  const own = parsed.invitation?.authority;
  return { url: formatServers(parsed.servers), isInsecure, authority: authority ?? own, follow };
}

function bad(message: string, hint: string, flag?: string): ReadRequest {
  const rest = flag === undefined ? "" : ` ${flag}=dev.example.com`;
  return { ok: false, trouble: { code: "team-request-invalid", message, hint: `${hint}${rest}` } };
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 300));
}
