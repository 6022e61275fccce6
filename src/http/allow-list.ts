/** Which addresses may call: this machine's own, and either the networks given or those that lead nowhere but to this desktop. */
import type { Address } from "../records/address.ts";
import { type Caller, parseCaller } from "../records/caller.ts";
import {
  type Network,
  type NetworkSource,
  formatNetwork,
  isInNetwork,
  networkOf,
  parseNetwork,
} from "../records/network.ts";

interface AllowListOptions {
  /** Takes the place of the networks that are found; this machine's own addresses may always call. */
  readonly explicit: () => readonly Network[] | undefined;
  readonly networks: NetworkSource;
  /** The addresses of the clusters, whose networks may call. */
  readonly clusterIPs: () => readonly Address[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Milliseconds for which what the operating system said is believed. */
const believed = 1000;

const loopback: readonly Network[] = ["127.0.0.0/8", "::1"].flatMap((text) => parseNetwork(text) ?? []);

interface NetworkSnapshot {
  readonly at: number;
  readonly own: readonly Network[];
  readonly all: readonly Network[];
  readonly inner: readonly Network[];
}

export class AllowList {
  readonly #options: AllowListOptions;
  #snapshot: NetworkSnapshot | undefined;

  constructor(options: AllowListOptions) {
    this.#options = options;
  }

  /** Whether the list was given, so that no token opens what it closes. */
  get isExplicit(): boolean {
    return this.#options.explicit() !== undefined;
  }

  /** Whether the caller is this machine itself. Asking the operating system takes a millisecond, and not for loopback. */
  isOwn(caller: Caller): boolean {
    const isWithin = (network: Network): boolean => isInNetwork(caller, network);
    return loopback.some(isWithin) || this.#look().own.some(isWithin);
  }

  /** Whether the caller may make webhook requests without a token. */
  isAllowed(caller: Caller): boolean {
    return this.isOwn(caller) || this.#networks().some((network) => isInNetwork(caller, network));
  }

  /** This machine itself, an address that may make webhook requests without a token, or neither. */
  placeOf(caller: Caller): "own" | "allowed" | "stranger" {
    if (this.isOwn(caller)) return "own";
    return this.isAllowed(caller) ? "allowed" : "stranger";
  }

  /** Whether two addresses are in one network that this machine is on, and the first is not this machine itself. */
  areNeighbours(caller: string, other: string): boolean {
    const [here, there] = [parseCaller(caller), parseCaller(other)];
    if (here === undefined || there === undefined || this.isOwn(here)) return false;
    return this.#look().all.some((network) => isInNetwork(here, network) && isInNetwork(there, network));
  }

  /** The networks that may call now, beside this machine's own addresses, as text. */
  describe(): readonly string[] {
    return [
      ...new Set(
        this.#networks()
          .filter(({ zone }) => zone === undefined)
          .map(formatNetwork),
      ),
    ];
  }

  #networks(): readonly Network[] {
    const { clusterIPs } = this.#options;
    const explicit = this.#options.explicit();
    if (explicit !== undefined) return explicit;
    const { all, inner } = this.#look();
    const clusters = clusterIPs().flatMap((address) => parseCaller(address) ?? []);
    const bridged = all.filter((network) => clusters.some((caller) => isInNetwork(caller, network)));
    return [...inner, ...bridged];
  }

  #look(): NetworkSnapshot {
    const at = this.#options.now();
    if (this.#snapshot === undefined || Math.abs(at - this.#snapshot.at) >= believed) {
      this.#snapshot = this.#renew(at);
    }
    return this.#snapshot;
  }

  /** The operating system says nothing while descriptors are short, so what it said before holds on. */
  #renew(at: number): NetworkSnapshot {
    try {
      return takeNetworkSnapshot(at, this.#options.networks);
    } catch (error) {
      if (this.#snapshot === undefined) throw error;
      return { ...this.#snapshot, at };
    }
  }
}

function takeNetworkSnapshot(at: number, { interfaces, inner }: NetworkSource): NetworkSnapshot {
  const addresses = interfaces();
  const names = inner(addresses, at);
  const own = addresses.map((entry) => ({ ...networkOf(entry), bits: entry.address.includes(":") ? 128 : 32 }));
  const within = addresses.filter(({ interfaceName }) => names.has(interfaceName));
  return { at, own, all: addresses.map(networkOf), inner: within.map(networkOf) };
}
