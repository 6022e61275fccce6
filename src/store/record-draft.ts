/** A change of records while it is made: what it writes, what finds no room, and what is to be kept in memory once it is sure. */
import type { Mutation, RecordKey } from "../records/endpoint.ts";
import type { ClusterFeed } from "../records/feed.ts";
import { recordLimits } from "../records/limits.ts";
import type { RecordChange } from "../records/live-records.ts";
import { type StoredExcess, type ViewRecord, toViewRecord } from "../records/view-record.ts";
import type { RecordTable } from "./record-table.ts";
import type { Room } from "./room.ts";

/** What a change was: it wrote a row with its generation, it changed something else, or nothing. */
export type How = "marked" | "changed" | "same";

interface RecordDraftOptions {
  readonly table: RecordTable;
  readonly of: ClusterFeed;
  /** A copy, since the change may fail. */
  readonly room: Room;
  /** Of the record that was stored last. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What is in memory of a record of this feed. */
  readonly find: (key: RecordKey) => ViewRecord | undefined;
}

export class RecordDraft {
  readonly #options: RecordDraftOptions;
  readonly #leftOut: RecordKey[] = [];
  readonly #put: RecordChange["put"][number][] = [];
  #sequence: number;
  #how: How = "same";

  constructor(options: RecordDraftOptions) {
    this.#options = options;
    this.#sequence = options.sequence;
  }

  get how(): How {
    return this.#how;
  }

  /** Of the record that is stored last then. */
  get sequence(): number {
    return this.#sequence;
  }

  /** What was not put, since it would pass a limit. */
  get leftOut(): readonly RecordKey[] {
    return this.#leftOut;
  }

  /** What was put, as it is kept in memory. */
  get put(): RecordChange["put"] {
    return this.#put;
  }

  removeRecord(key: RecordKey): void {
    const { table, of, room } = this.#options;
    const bytes = table.remove(of, key);
    if (bytes === undefined) return;
    room.add(of.cluster, { records: -1, bytes: -bytes });
    this.#how = "changed";
  }

  putRecord({ key, endpoint }: Mutation["put"][number], generation: number): void {
    const json = JSON.stringify(endpoint);
    const bytes = Buffer.byteLength(json);
    const outcome = this.#write({ key, json, bytes, generation });
    if (outcome === "full") {
      this.#leftOut.push(key);
      return;
    }
    if (outcome === "new") this.#sequence += 1;
    if (outcome !== "same") this.#how = "marked";
    const before = this.#options.find(key);
    const sequence = outcome === "new" ? this.#sequence : (before?.sequence ?? this.#sequence);
    const excess = before?.excess === "store-full" ? before.excess : sizeExcess(bytes);
    this.#put.push({ key, record: toViewRecord(endpoint, sequence, excess) });
  }

  #write(row: {
    readonly key: RecordKey;
    readonly json: string;
    readonly bytes: number;
    readonly generation: number;
  }): "new" | "changed" | "same" | "full" {
    const { key, json, bytes, generation } = row;
    const { table, of, room, now } = this.#options;
    const added = { records: 1, bytes };
    const inserted = { sequence: this.#sequence + 1, endpoint: json, now, generation };
    if (room.fits(of.cluster, added) && table.insert(of, key, inserted)) {
      room.add(of.cluster, added);
      return "new";
    }
    const before = table.bytesOf(of, key);
    if (before === undefined) return "full";
    const grown = { records: 0, bytes: bytes - before };
    if (!room.fits(of.cluster, grown)) return "full";
    const isChanged = table.update(of, key, { endpoint: json, generation });
    room.add(of.cluster, grown);
    return isChanged ? "changed" : "same";
  }
}

/** Why a record of so many bytes is kept without its targets, if it is. */
export function sizeExcess(bytes: number): StoredExcess | undefined {
  return bytes > recordLimits.bytes ? "record-too-large" : undefined;
}
