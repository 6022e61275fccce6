/** What the view needs of every stored record, in memory: changes go in, and the names that changed come out. */
import type { ClusterName } from "./cluster.ts";
import type { RecordKey } from "./endpoint.ts";
import type { ClusterFeed, Feed } from "./feed.ts";
import { type Steps, forEachInSteps, sortInSteps } from "../base/steps.ts";
import { uniteRecords } from "./unite.ts";
import type { ViewRecord } from "./view-record.ts";

/** A change of one feed: first every removal, then every put. */
export interface RecordChange {
  readonly remove: readonly RecordKey[];
  /** Without a record for what the view never needs. */
  readonly put: readonly { readonly key: RecordKey; readonly record: ViewRecord | undefined }[];
}

/** A record, with what of its key it does not say itself. */
interface Held {
  readonly feed: Feed;
  readonly setIdentifier: string;
  readonly record: ViewRecord;
}

/** The records of a name: mostly one. Several are found by feed, type and set identifier. */
type OfName = Held | Map<string, Held>;

interface OfCluster {
  /** All that have had a record. */
  readonly feeds: Set<Feed>;
  byName: Map<string, OfName>;
}

/** Changed names up to which it is worth looking at them alone. */
const fewNames = 32;

/** Records in one change after which it is worth putting all names in order again. */
const manyRecords = 100;

export class LiveRecords {
  readonly #clusters = new Map<ClusterName, OfCluster>();
  /** Names whose records changed since {@link takeChangedNames}; undefined when any may have. */
  #changed: Set<string> | undefined;

  get({ cluster, feed }: ClusterFeed, key: RecordKey): ViewRecord | undefined {
    const ofName = this.#clusters.get(cluster)?.byName.get(key.name);
    if (ofName === undefined) return undefined;
    const held = ofName instanceof Map ? ofName.get(partText(feed, key.type, key.setIdentifier)) : ofName;
    return held !== undefined && isAt(held, feed, key) ? held.record : undefined;
  }

  /** Puts one record, without any of what {@link applyInSteps} does besides. */
  set({ cluster, feed }: ClusterFeed, { name, setIdentifier }: RecordKey, record: ViewRecord): void {
    const { feeds, byName } = this.#of(cluster);
    feeds.add(feed);
    byName.set(name, withHeld(byName.get(name), { feed, setIdentifier, record }));
  }

  /** Changes records of one feed of a cluster. */
  *applyInSteps(of: ClusterFeed, { remove, put }: RecordChange): Steps<void> {
    const { byName } = this.#of(of.cluster);
    yield* forEachInSteps(remove, (key) => deleteFrom(byName, of.feed, key));
    yield* forEachInSteps(put, ({ key, record }) => {
      if (record === undefined) deleteFrom(byName, of.feed, key);
      else this.set(of, key, record);
    });
    if (put.length >= manyRecords) yield* this.#sort(of.cluster);
    // So many names are not worth a list of them.
    if (remove.length + put.length > fewNames) this.touchAll();
    else this.touch([...remove, ...put.map(({ key }) => key)].map(({ name }) => name));
  }

  /** Forgets the records of a cluster. */
  delete(cluster: ClusterName): void {
    this.#clusters.delete(cluster);
    this.touchAll();
  }

  /** Says that something changed of names that others keep. */
  touch(names: readonly string[]): void {
    if (names.length > fewNames) this.touchAll();
    for (const name of names) this.#changed?.add(name);
    if ((this.#changed?.size ?? 0) > fewNames) this.touchAll();
  }

  /** Says that any name may have changed, as when settings did. */
  touchAll(): void {
    this.#changed = undefined;
  }

  /** The records of a cluster, the feeds united; they must not change while the result is read. */
  *recordsOf(cluster: ClusterName): Generator<ViewRecord, undefined> {
    const { feeds, byName } = this.#of(cluster);
    for (const ofName of byName.values()) yield* united(ofName, feeds);
    return undefined;
  }

  /** The feeds that have, or have had, a record of a cluster. */
  feedsOf(cluster: ClusterName): readonly Feed[] {
    return [...(this.#clusters.get(cluster)?.feeds ?? [])].toSorted();
  }

  /** The records of a name of a cluster, the feeds united. */
  recordsOfName(cluster: ClusterName, name: string): readonly ViewRecord[] {
    const { feeds, byName } = this.#of(cluster);
    const ofName = byName.get(name);
    return ofName === undefined ? [] : [...united(ofName, feeds)];
  }

  /** The names whose records changed since this was asked before; undefined when any may have, or it never was. */
  takeChangedNames(): ReadonlySet<string> | undefined {
    const names = this.#changed;
    this.#changed = new Set();
    return names;
  }

  /** Names in order, as they are read from the database: computing a view of them is quicker. */
  *#sort(cluster: ClusterName): Steps<void> {
    const ofCluster = this.#of(cluster);
    const sorted = new Map<string, OfName>();
    const entries = yield* sortInSteps([...ofCluster.byName], ([left], [right]) => left < right);
    yield* forEachInSteps(entries, ([name, ofName]) => sorted.set(name, ofName));
    ofCluster.byName = sorted;
  }

  #of(cluster: ClusterName): OfCluster {
    const known = this.#clusters.get(cluster) ?? { feeds: new Set(), byName: new Map() };
    this.#clusters.set(cluster, known);
    return known;
  }
}

function partText(feed: Feed, type: string, setIdentifier: string): string {
  return `${feed}\0${type}\0${setIdentifier}`;
}

function textOf({ feed, setIdentifier, record }: Held): string {
  return partText(feed, record.type, setIdentifier);
}

function isAt(held: Held, feed: Feed, { type, setIdentifier }: Omit<RecordKey, "name">): boolean {
  return held.feed === feed && held.record.type === type && held.setIdentifier === setIdentifier;
}

function withHeld(ofName: OfName | undefined, held: Held): OfName {
  if (ofName instanceof Map) return ofName.set(textOf(held), held);
  if (ofName === undefined || textOf(ofName) === textOf(held)) return held;
  return new Map([ofName, held].map((each) => [textOf(each), each]));
}

function deleteFrom(byName: Map<string, OfName>, feed: Feed, key: RecordKey): void {
  const ofName = byName.get(key.name);
  if (ofName === undefined) return;
  if (ofName instanceof Map) ofName.delete(partText(feed, key.type, key.setIdentifier));
  if (ofName instanceof Map ? ofName.size === 0 : isAt(ofName, feed, key)) byName.delete(key.name);
}

function* united(ofName: OfName, feeds: ReadonlySet<Feed>): Generator<ViewRecord> {
  if (!(ofName instanceof Map)) {
    yield ofName.record;
    return;
  }
  for (const { feed, setIdentifier, record } of ofName.values()) {
    const rivals = [...feeds].flatMap((each) => ofName.get(partText(each, record.type, setIdentifier)) ?? []);
    const [first, ...others] = rivals;
    if (first?.feed === feed) yield uniteRecords([record, ...others.map((each) => each.record)]);
  }
}
