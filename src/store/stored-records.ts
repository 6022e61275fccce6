/** The records in the database, and in memory how much they take and what the view needs of them. */
import type { SQLOutputValue } from "node:sqlite";
import type { ClusterName } from "../records/cluster.ts";
import type { Mutation, RecordKey } from "../records/endpoint.ts";
import type { ClusterFeed, Feed } from "../records/feed.ts";
import { storeLimits } from "../records/limits.ts";
import { LiveRecords } from "../records/live-records.ts";
import { type Steps, forEachInSteps } from "../base/steps.ts";
import { toViewRecord } from "../records/view-record.ts";
import type { SqliteConnection } from "./connection.ts";
import { type How, RecordDraft, sizeExcess } from "./record-draft.ts";
import { RecordTable } from "./record-table.ts";
import { Room } from "./room.ts";
import { readRecordRow } from "./row.ts";
import { DamageError } from "./trouble.ts";

/** Bytes of a list up to which it is read at once, which takes less than 30 ms. */
const fewBytes = 4 * 1024 * 1024;

interface StoredRecordsOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Whether a cluster is configured, as every cluster with records must be. */
  readonly isKnown: (cluster: ClusterName) => boolean;
}

/** Does a change as a whole or not at all; the work gets the change's generation. */
type Transact = (work: (generation: number) => Steps<How>) => Steps<void>;

export class StoredRecords {
  readonly live = new LiveRecords();
  readonly #connection: SqliteConnection;
  readonly #options: StoredRecordsOptions;
  readonly #table: RecordTable;
  /** Clusters of which an earlier version stored more than fits, so that some of it is not in memory. */
  readonly #curtailed = new Set<ClusterName>();
  #room = new Room();
  #lastSequence = 0;
  #lastGeneration = 0;

  /**
   * Reads what is kept in memory.
   *
   * @throws DamageError when a row breaks a rule
   */
  constructor(connection: SqliteConnection, options: StoredRecordsOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#table = new RecordTable((sql) => connection.prepare(sql));
    const kept = new Room();
    for (const row of connection.prepare("SELECT * FROM record").iterate()) this.#takeRow(row, kept);
  }

  /** The generation of the latest change that wrote a row. */
  get lastGeneration(): number {
    return this.#lastGeneration;
  }

  /** Number of stored endpoints of all clusters. */
  get count(): number {
    return this.#table.count();
  }

  *endpointsJSONInSteps(of: ClusterFeed): Steps<Iterator<string, undefined>> {
    const { bytes } = this.#room.of(of.cluster);
    if (bytes <= fewBytes) return [this.#table.list(of)].values();
    if (bytes > storeLimits.bytesPerCluster) return this.#table.pieces(of);
    return (yield* this.#table.listInSteps(of)).values();
  }

  countByType(cluster: ClusterName): ReadonlyMap<string, number> {
    return this.#table.countByType(cluster);
  }

  feedsOf(cluster: ClusterName): readonly Feed[] {
    return this.live.feedsOf(cluster).filter((feed) => this.#table.hasSome({ cluster, feed }));
  }

  firstStored(cluster: ClusterName, name: string): number | undefined {
    return this.#table.firstStored(cluster, name);
  }

  /** Changes records of one feed; returns what was not put, since it would pass a limit. */
  *applyInSteps(of: ClusterFeed, { remove, put }: Mutation, transact: Transact): Steps<readonly RecordKey[]> {
    const room = this.#room.copy();
    const draft = new RecordDraft({
      table: this.#table,
      of,
      room,
      sequence: this.#lastSequence,
      now: this.#options.now(),
      find: (key) => this.live.get(of, key),
    });
    yield* transact(function* (generation) {
      yield* forEachInSteps(remove, (key) => draft.removeRecord(key));
      yield* forEachInSteps(put, (each) => draft.putRecord(each, generation));
      return draft.how;
    });
    yield* this.live.applyInSteps(of, { remove, put: draft.put });
    [this.#lastSequence, this.#room] = [draft.sequence, room];
    yield* this.#bringBack();
    return draft.leftOut;
  }

  /** Removes the rows of a cluster, within a transaction. */
  *deleteRowsInSteps(cluster: ClusterName): Steps<void> {
    while (this.#table.removeSome(cluster)) yield;
  }

  /** Forgets what {@link deleteRowsInSteps} has removed, once that is sure; others may fit then. */
  *forgetInSteps(cluster: ClusterName): Steps<void> {
    this.#room.delete(cluster);
    this.#curtailed.delete(cluster);
    this.live.delete(cluster);
    yield* this.#bringBack();
  }

  /** Takes a record that an earlier version may have stored under other limits: what passes these is kept without its targets. */
  #takeRow(row: Readonly<Record<string, SQLOutputValue>>, kept: Room): void {
    const { cluster, feed, key, sequence, endpoint, bytes, generation } = readRecordRow(row);
    if (!this.#options.isKnown(cluster)) throw new DamageError(`a record of the unknown cluster ${cluster}`);
    const size = { records: 1, bytes };
    const excess = kept.fits(cluster, size) ? sizeExcess(bytes) : "store-full";
    if (excess === undefined) kept.add(cluster, size);
    if (excess === "store-full") this.#curtailed.add(cluster);
    const record = toViewRecord(endpoint, sequence, excess);
    if (record !== undefined) this.live.set({ cluster, feed }, key, record);
    this.#lastSequence = Math.max(this.#lastSequence, sequence);
    this.#lastGeneration = Math.max(this.#lastGeneration, generation);
    this.#room.add(cluster, size);
  }

  /** Reads clusters again that fit now. */
  *#bringBack(): Steps<void> {
    for (const cluster of this.#curtailed) {
      if (!this.#room.isWithin(cluster)) continue;
      this.#curtailed.delete(cluster);
      this.#room.delete(cluster);
      this.live.delete(cluster);
      const kept = new Room();
      const rows = this.#connection.prepare("SELECT * FROM record WHERE cluster = ?").iterate(cluster);
      yield* forEachInSteps(rows, (row) => this.#takeRow(row, kept));
    }
  }
}
