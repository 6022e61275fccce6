/** What any source may hand in: judges endpoints by domains, names and sizes, stores changes, and remembers what was left out. */
import { inSlices } from "../base/slices.ts";
import { excessOf } from "../records/endpoint-excess.ts";
import { type Changes, type Endpoint, type RecordKey, planMutationInSteps } from "../records/endpoint.ts";
import type { ClusterFeed } from "../records/feed.ts";
import { type ManagedDomain, isManaged } from "../records/managed-domain.ts";
import { parseDNSName } from "../records/name.ts";
import { type Steps, forEachInSteps } from "../base/steps.ts";
import type { LeftOut, LeftOutMemory, LeftOutReason } from "./left-out.ts";
import type { Outcome, ReconcilerPort } from "./reconciler-port.ts";

/** What a source could not read as an endpoint, or not take whole. */
export type Unread = Pick<LeftOut, "name" | "reason">;

/** An offer under way. */
interface Offer {
  /** Whether the cluster may have an endpoint. */
  readonly isWelcome: (endpoint: Endpoint) => boolean;
  /** Remembers what was left out, with what else the source had. */
  readonly end: (unread?: readonly Unread[]) => void;
}

export class Intake {
  readonly #reconciler: ReconcilerPort;
  readonly #leftOut: LeftOutMemory;

  /** @param leftOut - remembers what was left out and why */
  constructor(reconciler: ReconcilerPort, leftOut: LeftOutMemory) {
    this.#reconciler = reconciler;
    this.#leftOut = leftOut;
  }

  /**
   * Opens an offer of endpoints, which are judged one by one, so that nobody holds all of them. Nothing is stored.
   *
   * @throws StoreTroubleError while the store cannot be used
   */
  offer({ cluster, feed }: ClusterFeed): Offer {
    const domains = new Set(this.#reconciler.read((store) => store.cluster(cluster)?.settings)?.domains);
    const leftOut: Unread[] = [];
    return {
      isWelcome: (endpoint) => {
        const reason = reasonAgainst(endpoint, domains);
        if (reason !== undefined) leftOut.push({ name: endpoint.dnsName ?? "", reason });
        return reason === undefined;
      },
      end: (unread = []) => this.#remember({ cluster, feed }, "adjustendpoints", [...unread, ...leftOut]),
    };
  }

  /**
   * Stores a change of one feed of a cluster, and brings it to every sink. What passes a limit is left out, and the rest
   * is taken. What is deleted may be from a time before the limits.
   *
   * @param unread - what else the source had, which is remembered as left out
   * @returns how it ended; a cluster that is not configured is a bug of the source
   */
  async take({ cluster, feed }: ClusterFeed, changes: Changes, unread: readonly Unread[] = []): Promise<Outcome> {
    const create = await inSlices(sift(changes.create, excessOf));
    const updateNew = await inSlices(sift(changes.updateNew, excessOf));
    const fitting = { ...changes, create: create.kept, updateNew: updateNew.kept };
    const mutation = await inSlices(planMutationInSteps(fitting));
    let full: readonly RecordKey[] = [];
    const outcome = await this.#reconciler.changeInSteps(function* (store) {
      full = yield* store.applyInSteps(cluster, feed, mutation);
    });
    const withoutRoom = full.map(({ name }): Unread => ({ name, reason: "store-full" }));
    const leftOut = [...unread, ...create.leftOut, ...updateNew.leftOut, ...withoutRoom];
    this.#remember({ cluster, feed }, "records", leftOut);
    return outcome;
  }

  #remember({ cluster, feed }: ClusterFeed, request: "adjustendpoints" | "records", leftOut: readonly Unread[]): void {
    this.#leftOut.replace(
      { cluster, feed, request },
      leftOut.map((entry) => ({ cluster, ...entry })),
    );
  }
}

interface Sifted {
  readonly kept: readonly Endpoint[];
  readonly leftOut: readonly Unread[];
}

function* sift(
  endpoints: readonly Endpoint[],
  reasonFor: (endpoint: Endpoint) => LeftOutReason | undefined,
): Steps<Sifted> {
  const kept: Endpoint[] = [];
  const leftOut: Unread[] = [];
  yield* forEachInSteps(endpoints, (endpoint) => {
    const reason = reasonFor(endpoint);
    if (reason === undefined) kept.push(endpoint);
    else leftOut.push({ name: endpoint.dnsName ?? "", reason });
  });
  return { kept, leftOut };
}

function reasonAgainst(endpoint: Endpoint, domains: ReadonlySet<ManagedDomain>): LeftOutReason | undefined {
  const excess = excessOf(endpoint);
  if (excess !== undefined) return excess;
  const name = parseDNSName(endpoint.dnsName ?? "");
  if (name === undefined) return "not-a-dns-name";
  return isManaged(name, domains) ? undefined : "not-managed";
}
