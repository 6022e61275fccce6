/** What this machine remembers of each source beside the records: when it called and from where, and what it was told. */
import type { ClusterName } from "../records/cluster.ts";
import type { ClusterFeed, Feed } from "../records/feed.ts";

/** What ExternalDNS was told at the root path, which it reads once per process. */
export interface Negotiation {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly include: readonly string[];
}

/** What is remembered of the calls of a source about one cluster. */
export interface Contact {
  /** Milliseconds since 1970 of the last one, undefined if there was none. */
  readonly heardAt: number | undefined;
  /** The address that it came from. */
  readonly caller: string | undefined;
  /** The cluster IP from which it came when one last did. */
  readonly matchedIP: string | undefined;
  /** Milliseconds since the last one, of those alone in which this machine and the server ran. */
  readonly silentFor: number;
}

export const noContact: Contact = { heardAt: undefined, caller: undefined, matchedIP: undefined, silentFor: 0 };

/** A call of a source. */
export interface SourceCall {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly caller: string;
  /** The cluster IP that the caller's address is, if it is one. */
  readonly matchedIP: string | undefined;
}

/** What may be read of it at any time. */
export interface ReadableMemory {
  /** The feeds of a cluster whose sources have called. */
  feedsHeard(cluster: ClusterName): readonly Feed[];
  contact(of: ClusterFeed): Contact;
  negotiation(of: ClusterFeed): Negotiation | undefined;
}

/** Nothing in it changes what is shown, and losing it loses no name. It goes with its cluster. */
export interface Memory extends ReadableMemory {
  /** Remembers a call; written at most now and then, and when the store is closed. */
  heard(of: ClusterFeed, call: SourceCall): void;
  negotiated(of: ClusterFeed, negotiation: Negotiation): void;
  /** Forgets a source. */
  drop(of: ClusterFeed): void;
  /** Lets time pass in which the server ran, in milliseconds: so much longer has each source been silent. */
  elapse(milliseconds: number): void;
}
