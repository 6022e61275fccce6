/** The store on SQLite: one transaction a change, and in memory only what the view needs. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { type ClusterName, type ClusterSettings, defaultCluster, initialSettings } from "../records/cluster.ts";
import { type Mutation, type RecordKey, keyText } from "../records/endpoint.ts";
import type { Feed } from "../records/feed.ts";
import { recordLimits, storeLimits } from "../records/limits.ts";
import type { ALabelName } from "../records/name.ts";
import type { Position } from "../records/position.ts";
import { type Steps, finish, forEachInSteps, sortInSteps } from "../records/steps.ts";
import { type StoredExcess, type ViewRecord, toViewRecord } from "../records/view-record.ts";
import { uniteFeeds, uniteRecords } from "../records/unite.ts";
import type { Place } from "./place.ts";
import { type FeedOfCluster, RecordTable } from "./record-table.ts";
import { Room } from "./room.ts";
import { type ClusterRow, readClusterRow, readPositionRow, readRecordRow } from "./row.ts";
import type { Contact, Negotiation, Store, StoredCluster } from "../engine/store.ts";
import { DamageError } from "./trouble.ts";
import { StoreTroubleError } from "../engine/store-trouble.ts";
import { platform } from "../platform/current.ts";

/** Milliseconds between two times that "last heard" is written to disk, and how long a silence is. */
const heardInterval = 3_600_000;
const silenceInterval = 600_000;

const noContact: Contact = { heardAt: undefined, caller: undefined, matchedIP: undefined, silentFor: 0 };

/** Changed records up to which it is worth looking at them alone. */
const fewRecords = 32;

/** Records in one change after which it is worth putting all in order again. */
const manyRecords = 100;

/** Bytes of a list up to which it is read at once, which takes less than 30 ms. */
const fewBytes = 4 * 1024 * 1024;

/** What a change was: it wrote a row with its generation, it changed something else, or nothing. */
type How = "marked" | "changed" | "same";

interface ClusterMemory extends ClusterRow {
  /** What of it is on disk. */
  readonly saved: Pick<Contact, "heardAt" | "silentFor">;
  /** Of each feed by key text. */
  readonly feeds: Map<Feed, Map<string, ViewRecord>>;
}

/** Throws whatever SQLite throws; `open.ts` gives these errors their meaning. */
export class SQLiteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #now: () => number;
  readonly #place: Place | undefined;
  readonly #statements = new Map<string, StatementSync>();
  readonly #records = new RecordTable((sql) => this.#prepare(sql));
  readonly #clusters = new Map<ClusterName, ClusterMemory>();
  /** Clusters of which an earlier version stored more than fits, so that some of it is not in memory. */
  readonly #curtailed = new Set<ClusterName>();
  #holders: ReadonlyMap<ALabelName, ClusterName> = new Map();
  /** Names whose records changed since {@link takeChange}; undefined when anything may have. */
  #changed: Set<string> | undefined;
  /** Clusters whose negotiation is to be written once the change under way is over. */
  readonly #unsaved = new Set<ClusterName>();
  #lastSequence = 0;
  #room = new Room();
  #position: Position;
  #takesOver: boolean;
  /** A log that a killed process left counts too. */
  #isLogged = true;

  /**
   * Reads everything that the view needs into memory.
   *
   * @param database - open, checked, and with the tables of `schema.ts`
   * @param now - milliseconds since 1970
   * @param place - of its files, undefined in memory
   * @throws DamageError when a row breaks a rule
   */
  constructor(database: DatabaseSync, now: () => number, place?: Place) {
    this.#database = database;
    this.#now = now;
    this.#place = place;
    const { takesOver, ...position } = readPositionRow(this.#prepare("SELECT * FROM position").get());
    [this.#position, this.#takesOver] = [position, takesOver];
    for (const row of this.#prepare("SELECT * FROM cluster ORDER BY name").iterate()) {
      const cluster = readClusterRow(row);
      this.#clusters.set(cluster.name, { ...cluster, saved: cluster, feeds: new Map() });
    }
    const kept = new Room();
    for (const row of this.#prepare("SELECT * FROM record").iterate()) this.#takeRow(row, kept);
    if (!this.#clusters.has(defaultCluster)) this.configure(defaultCluster, initialSettings);
    const holders = this.#prepare("SELECT name, cluster FROM holder").all();
    this.#holders = new Map(holders.map(({ name, cluster }) => [name as ALabelName, cluster as ClusterName]));
  }

  get position(): Position {
    return this.#position;
  }

  get isLogged(): boolean {
    return this.#isLogged;
  }

  /** Whether it goes on whatever was shown before, since the user said so. */
  get takesOver(): boolean {
    return this.#takesOver;
  }

  /** Number of stored endpoints of all clusters. */
  get recordCount(): number {
    return Number(this.#prepare("SELECT count(*) AS count FROM record").get()?.["count"]);
  }

  isInPlace(): boolean {
    return this.#place?.isIntact() ?? true;
  }

  checkpoint(): void {
    if (!this.#isLogged || this.#database.isTransaction) return;
    const { busy } = this.#prepare("PRAGMA wal_checkpoint(TRUNCATE)").get() ?? {};
    this.#isLogged = busy !== 0;
  }

  /** From its next opening on it goes on whatever was shown before. */
  letTakeOver(): void {
    this.#run("UPDATE position SET takes_over = 1");
  }

  /**
   * Goes on from what was shown before as if it had been shown from this store, so that an older copy of the hosts file
   * is one of its own.
   */
  takeOver(shown: readonly Position[]): void {
    const { id } = shown[0] ?? this.#position;
    const generation = Math.max(...shown.map((position) => position.generation), this.#position.generation) + 1;
    this.#run("UPDATE position SET id = ?, generation = ?, takes_over = 0", id, generation);
    this.#position = { id, generation };
    this.#takesOver = false;
  }

  clusters(): Iterable<StoredCluster> {
    return this.#clusters.values().map(toStoredCluster);
  }

  cluster(name: ClusterName): StoredCluster | undefined {
    const memory = this.#clusters.get(name);
    return memory && toStoredCluster(memory);
  }

  endpointsJSON(name: ClusterName, feed: Feed): Iterator<string, undefined> {
    return finish(this.endpointsJSONInSteps(name, feed));
  }

  *endpointsJSONInSteps(name: ClusterName, feed: Feed): Steps<Iterator<string, undefined>> {
    const { bytes } = this.#room.of(name);
    const of = { cluster: name, feed };
    if (bytes <= fewBytes) return [this.#records.list(of)].values();
    if (bytes > storeLimits.bytesPerCluster) return this.#records.pieces(of);
    return (yield* this.#records.listInSteps(of)).values();
  }

  countByType(name: ClusterName): ReadonlyMap<string, number> {
    const rows = this.#prepare("SELECT type, count(*) AS count FROM record WHERE cluster = ? GROUP BY type").all(name);
    return new Map(rows.map(({ type, count }) => [String(type), Number(count)]));
  }

  firstStored(cluster: ClusterName, name: string): number | undefined {
    const sql =
      "SELECT CASE count(*) WHEN count(created_at) THEN min(created_at) END AS since FROM record WHERE cluster = ? AND name = ? AND type <> 'TXT'";
    const since = this.#prepare(sql).get(cluster, name)?.["since"] ?? undefined;
    return since === undefined ? undefined : Number(since);
  }

  apply(name: ClusterName, feed: Feed, mutation: Mutation): readonly RecordKey[] {
    return finish(this.applyInSteps(name, feed, mutation));
  }

  *applyInSteps(name: ClusterName, feed: Feed, { remove, put }: Mutation): Steps<readonly RecordKey[]> {
    const of = { cluster: name, feed };
    const recordByKey = recordsOfFeed(this.#known(name), feed);
    const written: [string, ViewRecord][] = [];
    const leftOut: RecordKey[] = [];
    const room = this.#room.copy();
    let sequence = this.#lastSequence;
    let how: How = "same";
    const removeRecord = (key: RecordKey): void => {
      const bytes = this.#records.remove(of, key);
      if (bytes === undefined) return;
      room.add(name, { records: -1, bytes: -bytes });
      how = "changed";
    };
    const putRecord = ({ key, endpoint }: Mutation["put"][number], generation: number): void => {
      const text = keyText(key);
      const json = JSON.stringify(endpoint);
      const before = recordByKey.get(text);
      const outcome = this.#putRecord({ room, of, key, json, sequence: sequence + 1, generation });
      if (outcome === "new") sequence += 1;
      if (outcome === "new" || outcome === "changed") how = "marked";
      if (outcome === "full") leftOut.push(key);
      else {
        const excess = before?.excess === "store-full" ? before.excess : sizeExcess(Buffer.byteLength(json));
        const record = toViewRecord(endpoint, outcome === "new" ? sequence : (before?.sequence ?? sequence), excess);
        if (record !== undefined) written.push([text, record]);
      }
    };
    yield* this.#change(function* (generation) {
      yield* forEachInSteps(remove, removeRecord);
      yield* forEachInSteps(put, (each) => putRecord(each, generation));
      return how;
    });
    yield* forEachInSteps(remove, (key) => recordByKey.delete(keyText(key)));
    yield* forEachInSteps(written, ([text, record]) => recordByKey.set(text, record));
    if (written.length >= manyRecords) yield* this.#sort(name, feed);
    this.#noteChanged(remove, put);
    [this.#lastSequence, this.#room] = [sequence, room];
    yield* this.#bringBack();
    return leftOut;
  }

  configure(name: ClusterName, settings: ClusterSettings): void {
    if (settings.domains.length > storeLimits.domainsPerCluster)
      throw tooMany("domains", storeLimits.domainsPerCluster);
    const known = this.#clusters.get(name);
    if (known === undefined && this.#clusters.size >= storeLimits.clusters)
      throw tooMany("clusters", storeLimits.clusters);
    finish(this.#change(() => this.#saveSettings(name, settings)));
    const added = { name, ...noContact, saved: noContact, negotiation: undefined, feeds: new Map() };
    this.#clusters.set(name, { ...(known ?? added), settings });
    this.#changed = undefined;
  }

  // oxlint-disable-next-line require-yield
  *#saveSettings(name: ClusterName, settings: ClusterSettings): Steps<How> {
    const sql =
      "INSERT INTO cluster (name, settings) VALUES (?, ?) ON CONFLICT DO UPDATE SET settings = excluded.settings";
    this.#run(sql, name, JSON.stringify(settings));
    return "changed";
  }

  forget(name: ClusterName): void {
    finish(this.forgetInSteps(name));
  }

  *forgetInSteps(name: ClusterName): Steps<void> {
    yield* this.#change(() => this.#deleteCluster(name));
    this.#room.delete(name);
    this.#curtailed.delete(name);
    this.#clusters.delete(name);
    this.#changed = undefined;
    this.#holders = new Map(this.#holders.entries().filter(([, holder]) => holder !== name));
    if (name === defaultCluster) this.configure(name, initialSettings);
    yield* this.#bringBack();
  }

  *#deleteCluster(name: ClusterName): Steps<How> {
    this.#run("DELETE FROM cluster WHERE name = ?", name);
    this.#run("DELETE FROM holder WHERE cluster = ?", name);
    while (this.#records.removeSome(name)) yield;
    return "changed";
  }

  takeChange(): ReturnType<Store["takeChange"]> {
    const names = this.#changed;
    this.#changed = new Set();
    if (names === undefined) return undefined;
    const clusters = [...this.#clusters.values()].map((memory) => ({
      ...toStoredCluster(memory),
      records: [...names].flatMap((name) => this.#recordsOf(memory, name)),
    }));
    return { names, clusters };
  }

  holders(): ReadonlyMap<ALabelName, ClusterName> {
    return this.#holders;
  }

  *setHoldersInSteps(holders: ReadonlyMap<ALabelName, ClusterName>): Steps<void> {
    const gone = [...this.#holders.keys()].filter((name) => !holders.has(name));
    const fresh = [...holders].filter(([name, cluster]) => this.#holders.get(name) !== cluster);
    if (gone.length + fresh.length === 0) return;
    const forgetHolder = (name: ALabelName): number => this.#run("DELETE FROM holder WHERE name = ?", name);
    const noteHolder = ([name, cluster]: readonly [ALabelName, ClusterName]): number =>
      this.#run("INSERT OR REPLACE INTO holder VALUES (?, ?)", name, cluster);
    yield* this.#change(function* () {
      yield* forEachInSteps(gone, forgetHolder);
      yield* forEachInSteps(fresh, noteHolder);
      return "changed";
    });
    this.#holders = holders;
  }

  proveWritable(): void {
    this.#run("UPDATE cluster SET settings = settings WHERE name = ?", defaultCluster);
  }

  negotiated(name: ClusterName, negotiation: Negotiation): void {
    const memory = this.#known(name);
    if (this.#database.isTransaction) this.#unsaved.add(name);
    else this.#saveNegotiation(name, negotiation);
    this.#clusters.set(name, { ...memory, negotiation });
  }

  #saveNegotiation(name: ClusterName, negotiation: Negotiation): void {
    this.#run("UPDATE cluster SET negotiation = ? WHERE name = ?", JSON.stringify(negotiation), name);
  }

  heard(name: ClusterName, { at, caller }: { readonly at: number; readonly caller: string }): void {
    const memory = this.#known(name);
    const { settings, saved } = memory;
    const matchedIP = settings.clusterIPs.find((address) => address === caller) ?? memory.matchedIP;
    const isDue = saved.silentFor > 0 || at - (saved.heardAt ?? Number.NEGATIVE_INFINITY) >= heardInterval;
    this.#setContact({ ...memory, heardAt: at, caller, matchedIP, silentFor: 0 }, isDue);
  }

  elapse(milliseconds: number): void {
    for (const memory of this.#clusters.values()) {
      if (memory.heardAt === undefined) continue;
      const silentFor = memory.silentFor + Math.round(milliseconds);
      this.#setContact({ ...memory, silentFor }, silentFor - memory.saved.silentFor >= silenceInterval);
    }
  }

  [Symbol.dispose](): void {
    if (!this.#database.isOpen) return;
    try {
      for (const memory of this.#clusters.values()) {
        const { heardAt, silentFor, saved } = memory;
        if (heardAt !== saved.heardAt || silentFor !== saved.silentFor) this.#setContact(memory, true);
      }
    } finally {
      this.#database.close();
    }
  }

  /** Within somebody else's transaction, which may be rolled back, nothing is written; it is due the next time. */
  #setContact(memory: ClusterMemory, isWanted: boolean): void {
    const isDue = isWanted && !this.#database.isTransaction;
    const { name, heardAt = null, caller = null, matchedIP = null, silentFor } = memory;
    const sql = "UPDATE cluster SET heard_at = ?, caller = ?, matched_ip = ?, silent_for = ? WHERE name = ?";
    if (isDue) this.#run(sql, heardAt, caller, matchedIP, silentFor, name);
    this.#clusters.set(name, isDue ? { ...memory, saved: { heardAt: memory.heardAt, silentFor } } : memory);
  }

  /** Takes a record that an earlier version may have stored under other limits: what passes these is kept without its targets. */
  #takeRow(row: Readonly<Record<string, SQLOutputValue>>, kept: Room): void {
    const { cluster, feed, key, sequence, endpoint, bytes, generation } = readRecordRow(row);
    const name = cluster as ClusterName;
    const memory = this.#clusters.get(name);
    if (memory === undefined) throw new DamageError(`a record of the unknown cluster ${JSON.stringify(cluster)}`);
    const size = { records: 1, bytes };
    const excess = kept.fits(name, size) ? sizeExcess(bytes) : "store-full";
    if (excess === undefined) kept.add(name, size);
    if (excess === "store-full") this.#curtailed.add(name);
    const record = toViewRecord(endpoint, sequence, excess);
    if (record !== undefined) recordsOfFeed(memory, feed).set(keyText(key), record);
    this.#lastSequence = Math.max(this.#lastSequence, sequence);
    this.#position = { ...this.#position, generation: Math.max(this.#position.generation, generation) };
    this.#room.add(name, size);
  }

  /** Reads clusters again that fit now. */
  *#bringBack(): Steps<void> {
    for (const name of this.#curtailed) {
      if (!this.#room.isWithin(name)) continue;
      this.#curtailed.delete(name);
      this.#room.delete(name);
      this.#known(name).feeds.clear();
      const kept = new Room();
      const rows = this.#prepare("SELECT * FROM record WHERE cluster = ?").iterate(name);
      yield* forEachInSteps(rows, (row) => this.#takeRow(row, kept));
      this.#changed = undefined;
    }
  }

  #putRecord(putting: {
    readonly room: Room;
    readonly of: FeedOfCluster;
    readonly key: RecordKey;
    readonly json: string;
    readonly sequence: number;
    readonly generation: number;
  }): "new" | "changed" | "same" | "full" {
    const { room, of, key, json, sequence, generation } = putting;
    const name = of.cluster;
    const bytes = Buffer.byteLength(json);
    const added = { records: 1, bytes };
    const row = { sequence, endpoint: json, now: this.#now(), generation };
    if (room.fits(name, added) && this.#records.insert(of, key, row)) {
      room.add(name, added);
      return "new";
    }
    const before = this.#records.bytesOf(of, key);
    if (before === undefined) return "full";
    const grown = { records: 0, bytes: bytes - before };
    if (!room.fits(name, grown)) return "full";
    const isChanged = this.#records.update(of, key, { endpoint: json, generation });
    room.add(name, grown);
    return isChanged ? "changed" : "same";
  }

  #noteChanged(remove: Mutation["remove"], put: Mutation["put"]): void {
    if (remove.length + put.length > fewRecords) this.#changed = undefined;
    else for (const { name } of [...remove, ...put.map(({ key }) => key)]) this.#changed?.add(name);
    if ((this.#changed?.size ?? 0) > fewRecords) this.#changed = undefined;
  }

  #recordsOf({ name: cluster, feeds }: ClusterMemory, name: string): ViewRecord[] {
    const sql = "SELECT DISTINCT type, set_identifier FROM record WHERE cluster = ? AND name = ?";
    return this.#prepare(sql)
      .all(cluster, name)
      .flatMap((row) => {
        const key = keyText({ name, type: String(row["type"]), setIdentifier: String(row["set_identifier"]) });
        const [first, ...others] = [...feeds.values()].flatMap((records) => records.get(key) ?? []);
        return first === undefined ? [] : uniteRecords([first, ...others]);
      });
  }

  /** By name, as they are read from the table: computing a view of records in order is quicker. */
  *#sort(name: ClusterName, feed: Feed): Steps<void> {
    const { feeds } = this.#known(name);
    const sorted = new Map<string, ViewRecord>();
    const entries = yield* sortInSteps([...(feeds.get(feed) ?? [])], ([left], [right]) => left < right);
    yield* forEachInSteps(entries, ([key, record]) => sorted.set(key, record));
    feeds.set(feed, sorted);
  }

  #known(name: ClusterName): ClusterMemory {
    const memory = this.#clusters.get(name);
    if (memory === undefined) throw new Error(`cluster ${JSON.stringify(name)} is not configured`);
    return memory;
  }

  /**
   * One change of what is stored, whole or not at all. What others note meanwhile is written when it is over.
   *
   * @param work - gets the change's generation
   */
  *#change(work: (generation: number) => Steps<How>): Steps<void> {
    const generation = this.#position.generation + 1;
    let how: How;
    this.#isLogged = true;
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      how = yield* work(generation);
      if (how === "changed") this.#run("UPDATE position SET generation = ?", generation);
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
    if (how !== "same") this.#position = { ...this.#position, generation };
    for (const name of this.#unsaved) {
      const negotiation = this.#clusters.get(name)?.negotiation;
      if (negotiation !== undefined) this.#saveNegotiation(name, negotiation);
      this.#unsaved.delete(name);
    }
  }

  #prepare(sql: string): StatementSync {
    const prepared = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  /** Returns the number of rows changed. */
  #run(sql: string, ...values: SQLInputValue[]): number {
    this.#isLogged = true;
    return Number(this.#prepare(sql).run(...values).changes);
  }
}

function toStoredCluster(memory: ClusterMemory): StoredCluster {
  return { ...memory, records: uniteFeeds([...memory.feeds.values()]) };
}

/** The records of a feed, which comes into being with its first one. */
function recordsOfFeed({ feeds }: ClusterMemory, feed: Feed): Map<string, ViewRecord> {
  const records = feeds.get(feed) ?? new Map<string, ViewRecord>();
  feeds.set(feed, records);
  return records;
}

function sizeExcess(bytes: number): StoredExcess | undefined {
  return bytes > recordLimits.bytes ? "record-too-large" : undefined;
}

function tooMany(what: "clusters" | "domains", most: number): StoreTroubleError {
  return new StoreTroubleError({
    code: "store-full",
    message: `The store holds at most ${most} ${what}, and this change would pass that.`,
    hint: "Forget clusters or domains that are gone; hostsfile-server status lists them. This forgets one:",
    command: platform.commands.asRoot("hostsfile-server clear --cluster NAME"),
  });
}
