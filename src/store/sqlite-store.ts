/** The store on SQLite: one transaction a change, and in memory only what the view needs. */
import type { DatabaseSync } from "node:sqlite";
import type { Store, StoredCluster } from "../engine/store.ts";
import { type ClusterName, type ClusterSettings, defaultCluster, initialSettings } from "../records/cluster.ts";
import type { Mutation, RecordKey } from "../records/endpoint.ts";
import type { Feed } from "../records/feed.ts";
import type { ALabelName } from "../records/name.ts";
import type { Position } from "../records/position.ts";
import { type Steps, finish, forEachInSteps } from "../base/steps.ts";
import { SqliteConnection } from "./connection.ts";
import type { Place } from "./place.ts";
import type { How } from "./record-draft.ts";
import { readClusterRow, readPositionRow } from "./row.ts";
import { requireRoom } from "./settings-limits.ts";
import { SQLiteMemory } from "./sqlite-memory.ts";
import { SQLiteTeams } from "./sqlite-teams.ts";
import { StoredRecords } from "./stored-records.ts";

/** Throws whatever SQLite throws; `open.ts` gives these errors their meaning. */
export class SQLiteStore implements Store {
  readonly memory: SQLiteMemory;
  readonly teams: SQLiteTeams;
  readonly #connection: SqliteConnection;
  readonly #place: Place | undefined;
  readonly #records: StoredRecords;
  readonly #settings = new Map<ClusterName, ClusterSettings>();
  #holders: ReadonlyMap<ALabelName, ClusterName>;
  #position: Position;
  #takesOver: boolean;

  /**
   * Reads everything that the view needs into memory.
   *
   * @param database - open, checked, and with the tables of `schema.ts`
   * @param now - milliseconds since 1970
   * @param place - of its files, undefined in memory
   * @throws DamageError when a row breaks a rule
   */
  constructor(database: DatabaseSync, now: () => number, place?: Place) {
    const connection = new SqliteConnection(database);
    this.#connection = connection;
    this.#place = place;
    const { takesOver, ...position } = readPositionRow(connection.prepare("SELECT * FROM position").get());
    for (const row of connection.prepare("SELECT * FROM cluster ORDER BY name").iterate()) {
      const { name, settings } = readClusterRow(row);
      this.#settings.set(name, settings);
    }
    this.memory = new SQLiteMemory(connection);
    this.#records = new StoredRecords(connection, { now, isKnown: (cluster) => this.#settings.has(cluster) });
    this.teams = new SQLiteTeams(connection, {
      now,
      transact: (work) => this.#change(work),
      touch: (names) => (names === undefined ? this.#records.live.touchAll() : this.#records.live.touch(names)),
    });
    const generation = Math.max(position.generation, this.#records.lastGeneration);
    [this.#position, this.#takesOver] = [{ ...position, generation }, takesOver];
    if (!this.#settings.has(defaultCluster)) this.configure(defaultCluster, initialSettings);
    const holders = connection.prepare("SELECT name, cluster FROM holder").all();
    this.#holders = new Map(holders.map(({ name, cluster }) => [name as ALabelName, cluster as ClusterName]));
  }

  get position(): Position {
    return this.#position;
  }

  get isLogged(): boolean {
    return this.#connection.isLogged;
  }

  /** Whether it goes on whatever was shown before, since the user said so. */
  get takesOver(): boolean {
    return this.#takesOver;
  }

  /** Number of stored endpoints of all clusters. */
  get recordCount(): number {
    return this.#records.count;
  }

  isInPlace(): boolean {
    return this.#place?.isIntact() ?? true;
  }

  checkpoint(): void {
    this.#connection.checkpoint();
  }

  /** From its next opening on it goes on whatever was shown before. */
  letTakeOver(): void {
    this.#connection.run("UPDATE position SET takes_over = 1");
  }

  /**
   * Goes on from what was shown before as if it had been shown from this store, so that an older copy of the hosts file
   * is one of its own.
   */
  takeOver(shown: readonly Position[]): void {
    const { id } = shown[0] ?? this.#position;
    const generation = Math.max(...shown.map((position) => position.generation), this.#position.generation) + 1;
    this.#connection.run("UPDATE position SET id = ?, generation = ?, takes_over = 0", id, generation);
    this.#position = { id, generation };
    this.#takesOver = false;
  }

  clusters(): Iterable<StoredCluster> {
    return this.#settings.entries().map(([name, settings]) => this.#toStored(name, settings));
  }

  cluster(name: ClusterName): StoredCluster | undefined {
    const settings = this.#settings.get(name);
    return settings && this.#toStored(name, settings);
  }

  endpointsJSON(name: ClusterName, feed: Feed): Iterator<string, undefined> {
    return finish(this.endpointsJSONInSteps(name, feed));
  }

  endpointsJSONInSteps(cluster: ClusterName, feed: Feed): Steps<Iterator<string, undefined>> {
    return this.#records.endpointsJSONInSteps({ cluster, feed });
  }

  countByType(name: ClusterName): ReadonlyMap<string, number> {
    return this.#records.countByType(name);
  }

  feedsOf(name: ClusterName): readonly Feed[] {
    return this.#records.feedsOf(name);
  }

  firstStored(cluster: ClusterName, name: string): number | undefined {
    return this.#records.firstStored(cluster, name);
  }

  apply(name: ClusterName, feed: Feed, mutation: Mutation): readonly RecordKey[] {
    return finish(this.applyInSteps(name, feed, mutation));
  }

  *applyInSteps(cluster: ClusterName, feed: Feed, mutation: Mutation): Steps<readonly RecordKey[]> {
    if (!this.#settings.has(cluster)) throw new Error(`cluster ${JSON.stringify(cluster)} is not configured`);
    return yield* this.#records.applyInSteps({ cluster, feed }, mutation, (work) => this.#change(work));
  }

  configure(name: ClusterName, settings: ClusterSettings): void {
    requireRoom(this.#settings, name, settings);
    finish(this.#change(() => this.#saveSettings(name, settings)));
    this.#settings.set(name, settings);
    this.#records.live.touchAll();
  }

  // oxlint-disable-next-line require-yield
  *#saveSettings(name: ClusterName, settings: ClusterSettings): Steps<How> {
    const sql =
      "INSERT INTO cluster (name, settings) VALUES (?, ?) ON CONFLICT DO UPDATE SET settings = excluded.settings";
    this.#connection.run(sql, name, JSON.stringify(settings));
    return "changed";
  }

  forget(name: ClusterName): void {
    finish(this.forgetInSteps(name));
  }

  *forgetInSteps(name: ClusterName): Steps<void> {
    yield* this.#change(() => this.#deleteCluster(name));
    this.#settings.delete(name);
    this.memory.forget(name);
    this.#holders = new Map(this.#holders.entries().filter(([, holder]) => holder !== name));
    if (name === defaultCluster) this.configure(name, initialSettings);
    yield* this.#records.forgetInSteps(name);
  }

  *#deleteCluster(name: ClusterName): Steps<How> {
    this.#connection.run("DELETE FROM cluster WHERE name = ?", name);
    this.#connection.run("DELETE FROM holder WHERE cluster = ?", name);
    this.memory.deleteRows(name);
    yield* this.#records.deleteRowsInSteps(name);
    return "changed";
  }

  takeChange(): ReturnType<Store["takeChange"]> {
    const { live } = this.#records;
    const names = live.takeChangedNames();
    if (names === undefined) return undefined;
    const recordsOf = (cluster: ClusterName) => [...names].flatMap((name) => live.recordsOfName(cluster, name));
    const clusters = Array.from(this.#settings, ([name, settings]) => ({ name, settings, records: recordsOf(name) }));
    return { names, clusters: [...clusters, ...this.teams.views(names)] };
  }

  holders(): ReadonlyMap<ALabelName, ClusterName> {
    return this.#holders;
  }

  *setHoldersInSteps(holders: ReadonlyMap<ALabelName, ClusterName>): Steps<void> {
    const gone = [...this.#holders.keys()].filter((name) => !holders.has(name));
    const fresh = [...holders].filter(([name, cluster]) => this.#holders.get(name) !== cluster);
    if (gone.length + fresh.length === 0) return;
    const forgetHolder = (name: ALabelName): number => this.#connection.run("DELETE FROM holder WHERE name = ?", name);
    const noteHolder = ([name, cluster]: readonly [ALabelName, ClusterName]): number =>
      this.#connection.run("INSERT OR REPLACE INTO holder VALUES (?, ?)", name, cluster);
    yield* this.#change(function* () {
      yield* forEachInSteps(gone, forgetHolder);
      yield* forEachInSteps(fresh, noteHolder);
      return "changed";
    });
    this.#holders = holders;
  }

  proveWritable(): void {
    this.#connection.run("UPDATE cluster SET settings = settings WHERE name = ?", defaultCluster);
  }

  [Symbol.dispose](): void {
    if (!this.#connection.isOpen) return;
    try {
      this.memory.saveAll();
    } finally {
      this.#connection[Symbol.dispose]();
    }
  }

  /**
   * One change of what is stored, whole or not at all. What others note meanwhile is written when it is over.
   *
   * @param work - gets the change's generation
   */
  *#change(work: (generation: number) => Steps<How>): Steps<void> {
    const generation = this.#position.generation + 1;
    const connection = this.#connection;
    const how = yield* connection.transaction(function* () {
      const done = yield* work(generation);
      if (done === "changed") connection.run("UPDATE position SET generation = ?", generation);
      return done;
    });
    if (how !== "same") this.#position = { ...this.#position, generation };
    this.memory.saveNoted();
  }

  #toStored(name: ClusterName, settings: ClusterSettings): StoredCluster {
    return { name, settings, records: this.#records.live.recordsOf(name) };
  }
}
