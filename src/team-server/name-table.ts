/** The records of all clusters as etcd has them, with what the view needs of each and the lists that callers get. */
import type { ClusterName } from "../records/cluster.ts";
import { type Endpoint, recordKey } from "../records/endpoint.ts";
import type { Feed } from "../records/feed.ts";
import { LiveRecords } from "../records/live-records.ts";
import { finish } from "../base/steps.ts";
import { toViewRecord } from "../records/view-record.ts";
import { Room } from "../store/room.ts";
import { recordKey as recordKeyOf } from "./plan/keys.ts";
import type { HeldName } from "./plan/state.ts";
import { type NameRecords, readRecords } from "./plan/values.ts";

/** Characters after which a piece of a list is handed on. */
const pieceLength = 1024 * 1024;

export class NameTable {
  readonly live = new LiveRecords();
  readonly room = new Room();
  readonly #names = new Map<ClusterName, Map<string, HeldName>>();
  /** Keys whose value no version of this program writes. */
  readonly #broken = new Set<string>();

  /** The keys whose value cannot be read. */
  get unreadable(): Iterable<string> {
    return this.#broken;
  }

  get(cluster: ClusterName, name: string): HeldName | undefined {
    return this.#names.get(cluster)?.get(name);
  }

  namesOf(cluster: ClusterName): Iterable<string> {
    return this.#names.get(cluster)?.keys() ?? [];
  }

  /** Number of endpoints of a cluster by record type. */
  countByType(cluster: ClusterName): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const endpoint of this.#endpoints(cluster)) {
      const { type } = recordKey(endpoint);
      counts.set(type, (counts.get(type) ?? 0) + 1);
    }
    return counts;
  }

  feedsOf(cluster: ClusterName): readonly Feed[] {
    const names = [...(this.#names.get(cluster)?.values() ?? [])];
    return [...new Set(names.flatMap(({ records }) => [...records.keys()]))].toSorted();
  }

  /** The endpoints of one feed as one JSON array, in pieces. */
  *list(cluster: ClusterName, feed: Feed): Generator<string, undefined> {
    let piece = "[";
    let separator = "";
    for (const { records } of this.#names.get(cluster)?.values() ?? []) {
      for (const endpoint of records.get(feed) ?? []) {
        piece += separator + JSON.stringify(endpoint);
        separator = ",";
      }
      if (piece.length < pieceLength) continue;
      yield piece;
      piece = "";
    }
    yield `${piece}]`;
    return undefined;
  }

  /** Takes over what etcd has of a name now. A value that cannot be read counts as none, and is left where it is. */
  put(cluster: ClusterName, name: string, held: Omit<HeldName, "records">): void {
    const key = recordKeyOf(cluster, name);
    const records = readRecords(name, held.text);
    if (records === undefined) this.#broken.add(key);
    else this.#broken.delete(key);
    const known = { ...held, records: records ?? new Map() };
    const before = this.get(cluster, name);
    this.#show(cluster, before?.records, known);
    this.#count(cluster, before, known);
    const names = this.#names.get(cluster) ?? new Map<string, HeldName>();
    this.#names.set(cluster, names.set(name, known));
  }

  delete(cluster: ClusterName, name: string): void {
    this.#broken.delete(recordKeyOf(cluster, name));
    const before = this.get(cluster, name);
    this.#show(cluster, before?.records, undefined);
    this.#count(cluster, before, undefined);
    this.#names.get(cluster)?.delete(name);
  }

  #count(cluster: ClusterName, before: HeldName | undefined, after: HeldName | undefined): void {
    const [old, now] = [sizeOf(before), sizeOf(after)];
    this.room.add(cluster, { records: now.records - old.records, bytes: now.bytes - old.bytes });
  }

  *#endpoints(cluster: ClusterName): Generator<Endpoint> {
    for (const { records } of this.#names.get(cluster)?.values() ?? []) yield* [...records.values()].flat();
  }

  #show(cluster: ClusterName, before: NameRecords | undefined, after: HeldName | undefined): void {
    const feeds = new Set([...(before?.keys() ?? []), ...(after?.records.keys() ?? [])]);
    for (const feed of feeds) {
      const endpoints = after?.records.get(feed) ?? [];
      const put = endpoints.map((endpoint) => ({
        key: recordKey(endpoint),
        record: toViewRecord(endpoint, Number(after?.createRevision)),
      }));
      const remove = (before?.get(feed) ?? []).map(recordKey);
      finish(this.live.applyInSteps({ cluster, feed }, { remove, put }));
    }
  }
}

function sizeOf(held: HeldName | undefined): { readonly records: number; readonly bytes: number } {
  if (held === undefined) return { records: 0, bytes: 0 };
  let records = 0;
  for (const { length } of held.records.values()) records += length;
  return { records, bytes: Buffer.byteLength(held.text) };
}
