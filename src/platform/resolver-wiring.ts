/** The port to the system resolver: it is told which domains to ask the responder about, in whichever way it can be told. */
import type { Trouble } from "../base/trouble.ts";
import { isLoopback } from "../records/address.ts";
import { type ListenAddress, responderPort } from "../records/listen-address.ts";

/** The ways, in the order in which `auto` prefers them. `none` leaves the resolver alone. */
export const wayNames = [
  "hook",
  "delegate",
  "network-manager",
  "link",
  "dnsmasq",
  "unbound",
  "global",
  "none",
] as const;

export type WayName = (typeof wayNames)[number];

/** What can be asked for. `dnsmasq` is also NetworkManager's own. */
export const askedWays = ["auto", "hook", "delegate", "link", "dnsmasq", "unbound", "global", "none"] as const;

export type AskedWay = (typeof askedWays)[number];

/** Where the responder answers. */
export interface ResponderPlace {
  /** Without brackets. */
  readonly address: string;
  readonly port: number;
}

/** Where it usually answers on this machine. */
export const responderPlace: ResponderPlace = { address: "127.0.0.1", port: responderPort };

/** The place that the resolver of this machine is to ask, of all where the responder answers. */
export function placeToAsk(places: readonly ListenAddress[]): ResponderPlace | undefined {
  return places.find(({ address }) => isLoopback(address));
}

/** Says while a server in the foreground runs, and after its crash, that it told the resolver something. */
export const tracesFile = "/run/hostsfile-server-resolver";

/** What the system resolver is to ask the responder about. */
export interface Routing {
  /** Domains without trailing dot, sorted, each once. Each covers itself and everything below it. */
  readonly routes: readonly string[];
  readonly responder: ResponderPlace;
  /** Whether the domains are exempt from DNSSEC, since the responder signs nothing. */
  readonly isUnsigned: boolean;
}

/** How far the resolver does what it was told. */
export interface WiringState {
  readonly way: WayName;
  /** What is in charge and which way is used, as one line. */
  readonly sentence: string;
  /** The domains that it was told. */
  readonly routes: readonly string[];
  /** What is in the way. */
  readonly troubles: readonly Trouble[];
}

/**
 * How much of a managed domain the resolver asks us about. `whole`: all of it. `parts`: it may have names of others, so
 * only what the hosts file cannot hold. `taken`: all of it, though others may have names in it, since a wildcard covers it.
 * `untold`: the resolver was not told.
 */
export type DomainRouting = "whole" | "parts" | "taken" | "untold";

export interface RoutedDomain {
  readonly domain: string;
  readonly routing: DomainRouting;
  /** What of it the resolver was told. */
  readonly routes: readonly string[];
}

/** Questions of a resolver that asks us itself (the way `hook`), since the start. */
export interface CallCounts {
  /** About names that are shown. */
  readonly answered: number;
  /** About others, which the resolver then asks elsewhere. */
  readonly passed: number;
  /** Milliseconds since 1970; undefined before the first. */
  readonly lastAt: number | undefined;
}

/** What everybody sees of the wiring. */
export interface WiringFacts {
  readonly way: WayName;
  /** What is in charge and which way is used, as one line. */
  readonly sentence: string;
  readonly domains: readonly RoutedDomain[];
  /** What is in the way, and what else is worth knowing, each with its severity. */
  readonly troubles: readonly Trouble[];
  /** Undefined where the resolver asks the responder. */
  readonly calls: CallCounts | undefined;
  /** Whether the domains are exempt from DNSSEC. */
  readonly isUnsigned: boolean;
  /** Times that the resolver had forgotten what it was told, and was told again. */
  readonly repairs: number;
}

/** Whether the resolver is told what it should be, whatever else is worth knowing. */
export function isTold({ troubles }: Pick<WiringFacts, "troubles">): boolean {
  return troubles.every(({ severity }) => severity === "info");
}

/** The wiring, for status and metrics. */
export interface WiringObserver {
  /** Undefined until the machine was looked at. */
  readonly facts: () => WiringFacts | undefined;
}

/** Answers for the responder where the resolver calls us itself (the way `hook`). */
export interface NameSource {
  /**
   * Looks a name up among those that are shown.
   *
   * @param name - without trailing dot
   * @param type - the number of a record type, as in 1 for A
   * @returns whether the name is shown at all, and its records of the type in wire format without compression
   */
  readonly lookUp: (
    name: string,
    type: number,
  ) => { readonly isKnown: boolean; readonly records: readonly Uint8Array[] };
}

/** Tells the resolver; the calls of one wiring never overlap. */
export interface ResolverWiring extends AsyncDisposable {
  /** Tells the resolver these domains and no others. Never throws for trouble with the outside world. */
  readonly apply: (routing: Routing) => Promise<WiringState>;
  /** Whether it is still so; nothing is changed. */
  readonly probe: () => Promise<WiringState>;
  /** Takes back what was told. What others changed meanwhile stays and is named. */
  readonly remove: () => Promise<WiringState>;
}
