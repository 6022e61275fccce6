/** Makes wishes true in etcd: plans, commits, and plans again where somebody else was faster. What is not known is read, never assumed. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { formatTime } from "../base/age.ts";
import type { Trouble } from "../base/trouble.ts";
import type { TransactionEnd } from "../engine/team-server-facts.ts";
import type { EtcdClient } from "../etcd/client.ts";
import type { EtcdFailure } from "../etcd/failure.ts";
import type { TxnOutcome } from "../etcd/model.ts";
import { type Committed, type Progress, commitChunks } from "./commit-chunks.ts";
import type { Follower } from "./follower.ts";
import { readLastHead } from "./last-head.ts";
import type { Chunk } from "./plan/chunks.ts";
import { headKey } from "./plan/keys.ts";
import { type Wish, planWish } from "./plan/plan.ts";
import type { TeamStore } from "./team-store.ts";
import { behind, contended, partly, starting } from "./trouble.ts";

/** How a wish ended. With trouble some of it may be stored all the same; asking again completes it. */
export type Written =
  | { readonly ok: true; readonly revision: bigint }
  | { readonly ok: false; readonly trouble: Trouble };

export interface WriterOptions {
  readonly client: EtcdClient;
  readonly follower: Follower;
  /** This machine, as people know it. */
  readonly server: string;
  /** Plans while nobody changes the store. */
  readonly inTurn: <Result>(work: () => Result) => Promise<Result>;
}

/** Milliseconds to wait for what etcd has acknowledged to come back, before a reader hears that it has not. */
const readPatience = 5_000;

/** Times that a plan may be overtaken by others. */
const mostLost = 6;

export class Writer {
  readonly #options: WriterOptions;
  /** Tells the changes of this process from those of any other. */
  readonly #id = randomBytes(8).toString("hex");
  /** Transactions since the start by how they ended. */
  readonly transactions: Record<TransactionEnd, number> = { done: 0, lost: 0, unknown: 0, refused: 0 };
  #count = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /**
   * Makes a wish true, if it is not yet.
   *
   * @param end - as `performance.now()`, after which nothing further is begun
   */
  async write(wish: Wish, end: number): Promise<Written> {
    let lost = 0;
    let trouble: Trouble = starting(this.#options.client.places);
    for (let attempt = 0; performance.now() < end && lost < mostLost; attempt += 1) {
      const { store, refusal } = this.#options.follower;
      if (store === undefined || refusal !== undefined) return { ok: false, trouble: refusal ?? trouble };
      const result = await this.#attempt(store, wish, end);
      const { failure } = result;
      if (failure === undefined) return { ok: true, revision: result.revision };
      if (failure.kind === "late") return { ok: false, trouble: partly };
      if (failure.kind === "refused") return { ok: false, trouble: failure.failure.trouble };
      if (failure.kind === "lost") {
        lost += 1;
        trouble = contended;
        await sleep(Math.random() * 30);
      } else {
        trouble = failure.failure.trouble;
        // A database that is full stays so until a person makes room.
        if (failure.failure.kind === "no-space") return { ok: false, trouble };
        await sleep(Math.min(100 * 2 ** attempt, 1_000));
      }
      // What took place of it is planned no more.
      await this.#options.follower.until(({ revision }) => revision >= result.revision, end - performance.now());
      await this.fresh();
    }
    return { ok: false, trouble };
  }

  async #attempt(store: TeamStore, wish: Wish, end: number): Promise<Progress<Failed>> {
    this.#count += 1;
    const stamp = { change: `${this.#id}-${this.#count}`, by: this.#options.server, at: formatTime(Date.now()) };
    const chunks = await this.#options.inTurn(() => planWish(store, wish, stamp));
    if (chunks.length === 0) return this.#confirm(store, wish);
    return commitChunks<Failed>(
      chunks,
      (chunk) => this.#commit(chunk, wish),
      () => (performance.now() > end ? { kind: "late" } : undefined),
    );
  }

  async #commit(chunk: Chunk, wish: Wish): Promise<Committed<Failed>> {
    const outcome = await this.#options.client.commit(chunk);
    this.transactions[outcome.kind] += 1;
    if (outcome.kind === "unknown") return this.#resolve(outcome, chunk, wish);
    return outcome.kind === "done" ? { kind: "done", revision: outcome.header.revision } : outcome;
  }

  /**
   * Finds out whether a transaction took place whose answer did not come. The head has a value that no other change has.
   * While it has that of the first transaction, nobody but this change has written a record of the cluster.
   */
  async #resolve(
    unknown: Extract<TxnOutcome, { kind: "unknown" }>,
    { puts, deletes }: Chunk,
    { cluster }: Wish,
  ): Promise<Committed<Failed>> {
    const head = headKey(cluster);
    const key = puts.some((put) => put.key === head) ? head : (puts[0]?.key ?? deletes[0] ?? head);
    const read = await this.#options.client.get(key);
    if (!read.ok) return unknown;
    const { item } = read.value;
    const wanted = puts.find((put) => put.key === key)?.value;
    if (item?.value.toString() !== wanted) return unknown;
    // One that only removes is followed by one that puts the head.
    return { kind: "done", revision: item?.modRevision ?? 0n };
  }

  /** Everything is as it is wished, as far as is known here: true if no change of the cluster is missing. */
  async #confirm(store: TeamStore, { cluster }: Wish): Promise<Progress<Failed>> {
    const read = await this.#options.client.get(headKey(cluster));
    const failure = read.ok ? undefined : ({ kind: "unknown", failure: read.failure } as const);
    const isLatest = read.ok && (read.value.item?.modRevision ?? 0n) === store.headRevision(cluster);
    return { revision: store.revision, keys: 0, failure: isLatest ? undefined : (failure ?? { kind: "lost" }) };
  }

  /**
   * Makes sure that the store knows every change that etcd has acknowledged to anybody.
   *
   * @returns why that cannot be said, if it cannot
   */
  async fresh(): Promise<Trouble | undefined> {
    const { client, follower } = this.#options;
    if (follower.refusal !== undefined) return follower.refusal;
    const last = await readLastHead(client);
    if (!last.ok) return last.failure.trouble;
    const isKnown = await follower.until((store) => store.revision >= last.value, readPatience);
    return isKnown ? undefined : behind;
  }
}

type Failed =
  | { readonly kind: "late" }
  | { readonly kind: "lost" }
  | { readonly kind: "refused"; readonly failure: EtcdFailure }
  | { readonly kind: "unknown"; readonly failure: EtcdFailure };
