/** What a team may never say, whatever its store holds: names outside the agreed domains, names of others, addresses outside the agreed networks. */
import { getPublicSuffix } from "tldts";
import { type Address, isLoopback, targetKind } from "../../../records/address.ts";
import { parseCaller } from "../../../records/caller.ts";
import { type ManagedDomain, isManaged } from "../../../records/managed-domain.ts";
import { parseDNSName, toALabels } from "../../../records/name.ts";
import { type Network, isInNetwork, parseNetwork } from "../../../records/network.ts";
import type { TeamConsent } from "../../../records/team.ts";
import type { TeamRefusal } from "../../../records/team-refusal.ts";

/** Domains that are not for a team: this machine (RFC 6761 section 6.3), and the local network's own (RFC 6762). */
const reserved: ReadonlySet<string> = new Set(["localhost", "local"]);

/** Verdicts that are kept: the names of a team lead to few addresses. */
const mostVerdicts = 1000;

/** Says of names and addresses whether the user agreed to them. */
export class TeamRules {
  readonly #domains: ReadonlySet<ManagedDomain>;
  readonly #networks: readonly Network[];
  readonly #verdicts = new Map<Address, boolean>();

  constructor({ domains, networks }: Pick<TeamConsent, "domains" | "networks">) {
    this.#domains = new Set(domains);
    this.#networks = networks.flatMap((text) => parseNetwork(text) ?? []);
  }

  /** Why a name may not be the team's; undefined where it may. */
  refusalOf(name: string): TeamRefusal | undefined {
    const parsed = parseDNSName(name);
    if (parsed === undefined || toALabels(parsed) !== name) return "team-broken-value";
    if (!isManaged(name, this.#domains)) return "team-outside-domains";
    // CoreDNS never answers for a stored wildcard, so nobody else of the team would see it.
    return !isOfferable(name) || name.includes("*") ? "team-name-refused" : undefined;
  }

  /** Whether the team's names may lead to an address. Loopback would lead to this machine's own services. */
  allows(address: Address): boolean {
    const known = this.#verdicts.get(address);
    if (known !== undefined) return known;
    if (this.#verdicts.size >= mostVerdicts) this.#verdicts.clear();
    const verdict = this.#judge(address);
    this.#verdicts.set(address, verdict);
    return verdict;
  }

  #judge(address: Address): boolean {
    if (isLoopback(address) || targetKind(address) !== "usable") return false;
    const caller = parseCaller(address);
    return caller !== undefined && this.#networks.some((network) => isInNetwork(caller, network));
  }
}

/**
 * Whether a name, or a domain with all names in it, can be a team's: a single label and a public suffix belong to
 * everybody, and others to this machine and its network.
 *
 * @param name - lower case, without trailing dot
 */
export function isOfferable(name: string): boolean {
  const last = name.slice(name.lastIndexOf(".") + 1);
  if (!name.includes(".") || reserved.has(last)) return false;
  return getPublicSuffix(name, { allowPrivateDomains: true }) !== name;
}
