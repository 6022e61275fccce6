/** What the rest of the product sees of a team server's etcd: how it is followed and written, for status and metrics. */
import type { Trouble } from "../base/trouble.ts";

/** One endpoint of etcd as it was seen last. */
export interface EndpointFacts {
  /** As in `e1.example.com:2379`. */
  readonly place: string;
  /** Why it does not answer; undefined where it does, and before it was asked. */
  readonly trouble: Trouble | undefined;
  /** What it said; undefined where it does not answer, and before it was asked. */
  readonly said:
    | {
        /** As in `3.6.14`. */
        readonly version: string;
        readonly isLeader: boolean;
        readonly hasLeader: boolean;
        readonly isLearner: boolean;
        readonly databaseBytes: number;
        /** In etcd's words. */
        readonly alarms: readonly string[];
        /** What is to be said of it where it only imitates etcd. */
        readonly imitation: Trouble | undefined;
        /** Milliseconds that its answer took. */
        readonly milliseconds: number;
      }
    | undefined;
}

export interface TeamServerFacts {
  /** Undefined before the first list. */
  readonly team: string | undefined;
  /** Where the projection lies, as in `/skydns`. */
  readonly path: string;
  /** How far this server has come; undefined before the first list. */
  readonly revision: bigint | undefined;
  /** Why it does not follow etcd, if it does not. */
  readonly trouble: Trouble | undefined;
  /** Milliseconds since 1970 at which that came to be so. */
  readonly since: number;
  /** Lists since the start. */
  readonly lists: number;
  readonly endpoints: readonly EndpointFacts[];
  /** The last read that needs a quorum; undefined before the first. */
  readonly quorum:
    | {
        readonly isThere: boolean;
        /** Milliseconds that it took. */
        readonly milliseconds: number;
      }
    | undefined;
  /** Milliseconds for which it has not known what etcd had acknowledged to others; 0 at rest. */
  readonly lag: number;
  /** Transactions since the start by how they ended. */
  readonly transactions: Readonly<Record<TransactionEnd, number>>;
  readonly projection: {
    /** Keys that should be there. */
    readonly keys: number;
    /** Keys since the start that others had changed, and that were put right. */
    readonly repairs: number;
    /** Keys below the path whose value is not one record, so that CoreDNS answers SERVFAIL above them: the first. */
    readonly broken: readonly string[];
    readonly brokenTotal: number;
  };
  /** Keys of the team whose value no version of this program writes: the first. */
  readonly unreadable: readonly string[];
  readonly unreadableTotal: number;
}

/** `lost`: others were faster; `unknown`: no answer came; `refused`: etcd said no. */
export type TransactionEnd = "done" | "lost" | "unknown" | "refused";

/** Who wrote what a cluster has of a name. */
export interface Writing {
  readonly cluster: string;
  /** Of etcd, at which the value came to be. */
  readonly revision: string;
  /** The machine of the server that wrote it, and when by that machine's clock; undefined where etcd keeps no history so far back. */
  readonly stamp: { readonly by: string; readonly at: string } | undefined;
}

export interface TeamServerObserver {
  readonly facts: () => TeamServerFacts;
  /** Finds out who wrote a name last, for each cluster that has it; a trouble where etcd could not be asked. */
  readonly writings: (name: string) => Promise<readonly Writing[] | Trouble>;
}
