/** What the rest of the product sees of the DNS responder: where it answers, and what it was asked. */
import type { ListenAddress } from "../records/listen-address.ts";

export type Transport = "udp" | "tcp";

/** Where a socket is, or should be. */
export interface SocketPlace {
  readonly place: ListenAddress;
  readonly transport: Transport;
}

/** A socket of a service manager that is open already. */
export interface HeldSocket extends SocketPlace {
  readonly descriptor: number;
}

/** Queries that had the same type, response code and transport. */
export interface QueryCount {
  /** As in `AAAA`; `other` for seldom ones, and `none` where the question could not be read. */
  readonly type: string;
  /** As in `NXDOMAIN`. */
  readonly rcode: string;
  readonly transport: Transport;
  readonly count: number;
}

/** Why a packet got no answer: its sender may not ask, it holds nothing to answer, or there are too many connections. */
export type DropReason = "not-allowed" | "malformed" | "too-many-connections";

/** Everything that was counted since the start. */
export interface QueryFacts {
  readonly queries: readonly QueryCount[];
  readonly drops: Readonly<Record<DropReason, number>>;
  readonly latency: {
    /** How many took at most as many seconds as each bound. */
    readonly buckets: readonly { readonly bound: number; readonly count: number }[];
    /** How many there were in all. */
    readonly total: number;
    /** Seconds that all took together. */
    readonly seconds: number;
  };
  /** Milliseconds since 1970; undefined before the first. */
  readonly lastAt: number | undefined;
}

/** What the responder is doing. */
export interface ResponderFacts extends QueryFacts {
  readonly sockets: readonly (SocketPlace & { readonly isOpen: boolean })[];
}

/** The responder, for status and metrics. */
export interface Responder {
  /** As of its sink. */
  readonly id: string;
  readonly facts: () => ResponderFacts;
}
