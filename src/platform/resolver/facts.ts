/** What is known of the resolver of this machine before a way is chosen. */

/** systemd-resolved while it runs. */
export interface ResolvedFacts {
  /** As in 257. */
  readonly version: number;
  /** Whether programs ask it: nsswitch.conf names it before `dns`, or every server in resolv.conf is its stub. */
  readonly isAsked: boolean;
  /** Whether it checks DNSSEC anywhere. */
  readonly isValidating: boolean;
  /** Servers for every name that somebody else set for the whole machine. */
  readonly globalServers: readonly string[];
}

/** A server on this machine's own port 53 that programs ask. */
export interface LocalServerFacts {
  /** Whether it reads the folder that we may put a file into. */
  readonly readsFolder: boolean;
  /** Whether it checks DNSSEC. */
  readonly isValidating: boolean;
}

/** A dnsmasq on this machine's own port 53. */
export interface DnsmasqFacts extends LocalServerFacts {
  /** Whether only a restart lets it know of other domains. */
  readonly mustRestart: boolean;
}

export interface ResolverFacts {
  /** Whether this process may tell a resolver anything, which takes root. */
  readonly mayTell: boolean;
  /** Undefined while it does not run. */
  readonly resolved: ResolvedFacts | undefined;
  /** NetworkManager's word for how it does DNS, as in `dnsmasq`; undefined while it does not run. */
  readonly networkManagerMode: string | undefined;
  /** Whether only a restart lets NetworkManager's dnsmasq know of other domains. */
  readonly networkManagerMustRestart?: boolean;
  readonly dnsmasq: DnsmasqFacts | undefined;
  readonly unbound: LocalServerFacts | undefined;
  /** The addresses in resolv.conf. */
  readonly nameservers: readonly string[];
}
