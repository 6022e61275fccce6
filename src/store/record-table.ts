/** The table of records in SQLite. The store knows what the rows mean to the limits and the view. */
import type { SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import type { ClusterName } from "../records/cluster.ts";
import type { RecordKey } from "../records/endpoint.ts";
import type { ClusterFeed } from "../records/feed.ts";
import { type Steps, forEachInSteps } from "../base/steps.ts";

/** Characters after which a piece of a list is handed on. */
const pieceLength = 1024 * 1024;

const ofKey = "cluster = ? AND name = ? AND feed = ? AND type = ? AND set_identifier = ?";

export class RecordTable {
  readonly #prepare: (sql: string) => StatementSync;

  /** @param prepare - makes a statement, or gives the one that was made before */
  constructor(prepare: (sql: string) => StatementSync) {
    this.#prepare = prepare;
  }

  /** Returns the bytes that went, undefined when there was no such record. */
  remove(of: ClusterFeed, key: RecordKey): number | undefined {
    const sql = `DELETE FROM record WHERE ${ofKey} RETURNING octet_length(endpoint) AS bytes`;
    return numberOf(this.#prepare(sql).get(...partsOf(of, key)), "bytes");
  }

  /** Removes some records of a cluster; false when there was none left. */
  removeSome(cluster: ClusterName): boolean {
    const columns = "cluster, name, feed, type, set_identifier";
    const sql = `DELETE FROM record WHERE (${columns}) IN (SELECT ${columns} FROM record WHERE cluster = ? LIMIT 500)`;
    return this.#prepare(sql).run(cluster).changes > 0;
  }

  /** Bytes of a record, undefined when there is none. */
  bytesOf(of: ClusterFeed, key: RecordKey): number | undefined {
    const sql = `SELECT octet_length(endpoint) AS bytes FROM record WHERE ${ofKey}`;
    return numberOf(this.#prepare(sql).get(...partsOf(of, key)), "bytes");
  }

  /** Returns false, and changes nothing, when the record is there already. */
  insert(
    of: ClusterFeed,
    key: RecordKey,
    row: {
      readonly sequence: number;
      readonly endpoint: string;
      readonly now: number;
      readonly generation: number;
    },
  ): boolean {
    const sql = "INSERT OR IGNORE INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    const { sequence, endpoint, now, generation } = row;
    return this.#prepare(sql).run(...partsOf(of, key), sequence, endpoint, now, generation).changes === 1;
  }

  /** What is stored already in the same words is not written again; returns whether it was written. */
  update(
    of: ClusterFeed,
    key: RecordKey,
    { endpoint, generation }: { readonly endpoint: string; readonly generation: number },
  ): boolean {
    const sql = `UPDATE record SET endpoint = ?, generation = ? WHERE ${ofKey} AND endpoint <> ?`;
    return this.#prepare(sql).run(endpoint, generation, ...partsOf(of, key), endpoint).changes === 1;
  }

  /** Number of endpoints of all clusters. */
  count(): number {
    return numberOf(this.#prepare("SELECT count(*) AS count FROM record").get(), "count") ?? 0;
  }

  /** Number of endpoints of a cluster by record type. */
  countByType(cluster: ClusterName): ReadonlyMap<string, number> {
    const sql = "SELECT type, count(*) AS count FROM record WHERE cluster = ? GROUP BY type";
    const rows = this.#prepare(sql).all(cluster);
    return new Map(rows.map((row) => [textOf(row, "type"), numberOf(row, "count") ?? 0]));
  }

  /** Whether a feed has an endpoint of the cluster. */
  hasSome({ cluster, feed }: ClusterFeed): boolean {
    return (
      this.#prepare("SELECT 1 FROM record WHERE cluster = ? AND feed = ? LIMIT 1").get(cluster, feed) !== undefined
    );
  }

  /** When the records of a name were first stored, in milliseconds since 1970, if that is known of each. */
  firstStored(cluster: ClusterName, name: string): number | undefined {
    const sql = `SELECT CASE count(*) WHEN count(created_at) THEN min(created_at) END AS since
      FROM record WHERE cluster = ? AND name = ? AND type <> 'TXT'`;
    return numberOf(this.#prepare(sql).get(cluster, name), "since");
  }

  /** A feed's endpoints as one JSON array; only for a list that is known to be short enough for a text. */
  list({ cluster, feed }: ClusterFeed): string {
    const sql =
      "SELECT '[' || coalesce(group_concat(endpoint, ','), '') || ']' AS list FROM record WHERE cluster = ? AND feed = ?";
    return textOf(this.#prepare(sql).get(cluster, feed), "list");
  }

  /** The same in steps and in pieces, of a table that does not change meanwhile. */
  *listInSteps({ cluster, feed }: ClusterFeed): Steps<readonly string[]> {
    const pieces: string[] = [];
    let piece = "[";
    const rows = this.#prepare("SELECT endpoint FROM record WHERE cluster = ? AND feed = ?").iterate(cluster, feed);
    yield* forEachInSteps(rows, (row) => {
      if (piece.length > pieceLength) {
        pieces.push(piece);
        piece = "";
      }
      piece += (piece === "[" ? "" : ",") + textOf(row, "endpoint");
    });
    return [...pieces, `${piece}]`];
  }

  /**
   * The same in pieces, for a list of any length. Each piece is read when it is asked for, so a record which changes
   * meanwhile is in it as it was or as it is.
   */
  *pieces({ cluster, feed }: ClusterFeed): Generator<string, undefined> {
    const sql = `SELECT name, type, set_identifier, endpoint FROM record
      WHERE cluster = ? AND feed = ? AND (name, type, set_identifier) > (?, ?, ?)
      ORDER BY name, type, set_identifier LIMIT 1`;
    let piece = "[";
    let separator = "";
    for (let key: [string, string, string] = ["", "", ""]; ;) {
      const row = this.#prepare(sql).get(cluster, feed, ...key);
      if (row === undefined) break;
      key = [textOf(row, "name"), textOf(row, "type"), textOf(row, "set_identifier")];
      piece += separator + textOf(row, "endpoint");
      separator = ",";
      if (piece.length < pieceLength) continue;
      yield piece;
      piece = "";
    }
    yield `${piece}]`;
    return undefined;
  }
}

function partsOf({ cluster, feed }: ClusterFeed, { name, type, setIdentifier }: RecordKey): SQLInputValue[] {
  return [cluster, name, feed, type, setIdentifier];
}

type Row = Readonly<Record<string, SQLOutputValue>>;

function numberOf(row: Row | undefined, column: string): number | undefined {
  const value = row?.[column];
  return typeof value === "number" ? value : undefined;
}

/** A text that is too long for a text comes as nothing, which must not pass for one. */
function textOf(row: Row | undefined, column: string): string {
  const value = row?.[column];
  if (typeof value !== "string") throw new Error(`the database gave no text for ${column}`);
  return value;
}
