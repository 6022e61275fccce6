/** What is read from etcd and asked of it, as plain values, which know neither gRPC nor the wire. */
import type { EtcdEndpoint } from "./address.ts";
import type { EtcdFailure } from "./failure.ts";

/** Which cluster is meant, and how this program shows who it is. */
export interface EtcdAccess {
  readonly endpoints: readonly EtcdEndpoint[];
  /** With it the connection is encrypted; without it, it is not. */
  readonly tls?: EtcdTLS | undefined;
  /** Reads it again, since certificates are renewed; undefined while that is not possible. */
  readonly renewTLS?: (() => EtcdTLS | undefined) | undefined;
  /** A user with a password; a client certificate names its user itself, by its common name. */
  readonly login?: { readonly user: string; readonly password: string } | undefined;
}

/** PEM texts. */
export interface EtcdTLS {
  /** The authority that signed the servers' certificates; the system's when undefined. */
  readonly authority?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

/** Which cluster answered, and how far it had come. */
export interface EtcdHeader {
  /** Stays the same for the life of a cluster. Another one means other data, whatever the revisions say. */
  readonly clusterId: bigint;
  readonly revision: bigint;
  /** Never falls within a cluster, unless an older snapshot was restored. */
  readonly raftTerm: bigint;
}

/** Whether an answer is etcd's own: each names the cluster, and none of what imitates etcd on other databases does. */
export function isOfEtcd({ clusterId }: EtcdHeader): boolean {
  return clusterId !== 0n;
}

/** Keys from `from` up to and without `until`; without `until` that key alone. */
export interface KeyRange {
  readonly from: string;
  readonly until?: string | undefined;
}

export interface EtcdItem {
  readonly key: string;
  readonly value: Buffer;
  /** The revision at which the key came into being last. */
  readonly createRevision: bigint;
  readonly modRevision: bigint;
}

export type EtcdEvent =
  | { readonly kind: "put"; readonly key: string; readonly modRevision: bigint; readonly item: EtcdItem }
  | { readonly kind: "delete"; readonly key: string; readonly modRevision: bigint };

/** What a watch says. After `compacted`, `refused` and `broken` nothing more comes. */
export type WatchNews =
  /** It is set: every change from the asked revision on will come. */
  | { readonly kind: "created"; readonly header: EtcdHeader }
  /** All changes of one or more revisions, in order; a revision is never cut in two. */
  | { readonly kind: "events"; readonly header: EtcdHeader; readonly events: readonly EtcdEvent[] }
  /** Nothing more happened up to the header's revision. */
  | { readonly kind: "bookmark"; readonly header: EtcdHeader }
  /** What was asked for is gone: everything must be listed again. The history starts at `revision`. */
  | { readonly kind: "compacted"; readonly revision: bigint }
  /** Etcd does not allow it, or ended it for good. */
  | { readonly kind: "refused"; readonly failure: EtcdFailure }
  /** The connection or the leader is gone: watch again from the revision after the last event. */
  | { readonly kind: "broken"; readonly failure: EtcdFailure };

export type EtcdResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: EtcdFailure };

/** What must hold for a transaction to take place. A key that is not there has the revision 0. */
export type EtcdCompare =
  | { readonly key: string; readonly modRevision: bigint }
  | { readonly key: string; readonly value: string };

export interface EtcdTxn {
  readonly compares: readonly EtcdCompare[];
  readonly puts: readonly { readonly key: string; readonly value: string }[];
  readonly deletes: readonly string[];
}

/** How a transaction ended. */
export type TxnOutcome =
  | { readonly kind: "done"; readonly header: EtcdHeader }
  /** A comparison did not hold, so nothing changed. */
  | { readonly kind: "lost"; readonly header: EtcdHeader }
  /** It is sure that nothing changed. */
  | { readonly kind: "refused"; readonly failure: EtcdFailure }
  /** It may have taken place or not, or may yet: only reading tells. */
  | { readonly kind: "unknown"; readonly failure: EtcdFailure };

/** The range of all keys that begin with a text. */
export function rangeOfPrefix(prefix: string): KeyRange {
  return {
    from: prefix,
    until: prefix.slice(0, -1) + String.fromCodePoint((prefix.codePointAt(prefix.length - 1) ?? 0) + 1),
  };
}
