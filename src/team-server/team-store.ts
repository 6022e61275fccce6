/**
 * What a team server knows of etcd, behind the port by which the loop reads a store. What is changed through the port is a
 * wish at first: it is made true in etcd, and comes back from there.
 */
import type { Store, StoredCluster } from "../engine/store.ts";
import type { EtcdHeader } from "../etcd/model.ts";
import type { ClusterName, ClusterSettings } from "../records/cluster.ts";
import type { Mutation, RecordKey } from "../records/endpoint.ts";
import type { Feed } from "../records/feed.ts";
import type { ALabelName } from "../records/name.ts";
import type { Position } from "../records/position.ts";
import { type Steps, finish } from "../base/steps.ts";
import type { ViewRecord } from "../records/view-record.ts";
import { requireRoom } from "../store/settings-limits.ts";
import type { CallMemory } from "./call-memory.ts";
import type { Change } from "./change.ts";
import { fittingInSteps } from "./fitting.ts";
import { DesktopTable } from "./follow/desktop-table.ts";
import { Publication } from "./follow/publication.ts";
import { NameTable } from "./name-table.ts";
import { noTeams } from "./no-teams.ts";
import { parseOwnKey } from "./plan/keys.ts";
import type { Wish } from "./plan/plan.ts";
import { Projection } from "./plan/projection.ts";
import type { Held, HeldName, TeamState } from "./plan/state.ts";
import { type TeamMeta, readMeta } from "./plan/values.ts";
import { PublishedKeys } from "./published-keys.ts";
import { SettingsTable } from "./settings-table.ts";

interface TeamStoreOptions {
  /** Where the projection lies, as in `/skydns`. */
  readonly path: string;
  /** Of the list that it is filled from. */
  readonly header: EtcdHeader;
  readonly memory: CallMemory;
}

export class TeamStore implements Store, TeamState {
  readonly memory: CallMemory;
  readonly teams = noTeams;
  readonly projection: Projection;
  readonly publishedKeys = new PublishedKeys();
  /** What is published, as desktops follow it. */
  readonly publication: Publication;
  readonly desktops = new DesktopTable();
  readonly #clusterId: bigint;
  readonly #names = new NameTable();
  readonly #table = new SettingsTable();
  readonly #heads = new Map<ClusterName, bigint>();
  #meta: { readonly meta: TeamMeta | undefined; readonly modRevision: bigint } | undefined;
  #wishes: Wish[] = [];
  #revision: bigint;
  #viewed = 0n;
  #isReplaced = false;

  constructor({ path, header, memory }: TeamStoreOptions) {
    this.memory = memory;
    this.projection = new Projection(path);
    this.publication = new Publication({ path, header, keys: this.publishedKeys });
    this.#clusterId = header.clusterId;
    this.#revision = header.revision;
  }

  /** The revision up to which every change of our own keys is known. */
  get revision(): bigint {
    return this.#revision;
  }

  /** The revision up to which every change of our own keys is in the view that was worked out last. */
  get viewed(): bigint {
    return this.#viewed;
  }

  /** Undefined while the store does not belong to a team. */
  get meta(): TeamMeta | undefined {
    return this.#meta?.meta;
  }

  get metaRevision(): bigint {
    return this.#meta?.modRevision ?? 0n;
  }

  /** The keys below our own prefix whose value cannot be read. */
  get unreadable(): readonly string[] {
    return [...this.#table.unreadable, ...this.#names.unreadable, ...this.desktops.unreadable];
  }

  get position(): Position {
    const id = this.#clusterId.toString(16).padStart(16, "0");
    return { id, generation: Number(this.#revision) };
  }

  get settings(): ReadonlyMap<ClusterName, ClusterSettings> {
    return this.#table.settings;
  }

  get isLogged(): boolean {
    return false;
  }

  /** Takes changes of our own keys over, which bring them up to a revision. */
  takeOwn(changes: readonly Change[], revision: bigint): void {
    for (const change of changes) this.#takeOwn(change);
    if (revision > this.#revision) this.#revision = revision;
  }

  /** Takes changes of the projection over. Who is published for a name that several clusters want holds it from now on. */
  takePublished(changes: readonly Change[]): void {
    const names = this.publication.take(changes).flatMap((change) => this.publishedKeys.take(change));
    this.#names.live.touch(names.filter((name) => this.#isContested(name)));
  }

  /** Takes what was wished through the port. */
  takeWishes(): readonly Wish[] {
    const wishes = this.#wishes;
    this.#wishes = [];
    return wishes;
  }

  /** Says that another one took its place, since everything was listed again. */
  replace(): void {
    this.#isReplaced = true;
  }

  isInPlace(): boolean {
    return !this.#isReplaced;
  }

  headRevision(cluster: ClusterName): bigint {
    return this.#heads.get(cluster) ?? 0n;
  }

  settingsRevision(cluster: ClusterName): bigint {
    return this.#table.revisionOf(cluster);
  }

  record(cluster: ClusterName, name: string): HeldName | undefined {
    return this.#names.get(cluster, name);
  }

  namesOf(cluster: ClusterName): Iterable<string> {
    return this.#names.namesOf(cluster);
  }

  viewRecords(cluster: ClusterName, name: string): readonly ViewRecord[] {
    return this.#names.live.recordsOfName(cluster, name);
  }

  published(key: string): Held | undefined {
    return this.publishedKeys.get(key);
  }

  clusters(): Iterable<StoredCluster> {
    const sorted = [...this.settings].toSorted(([left], [right]) => (left < right ? -1 : 1));
    return sorted.map(([name, settings]) => this.#toStored(name, settings));
  }

  cluster(name: ClusterName): StoredCluster | undefined {
    const settings = this.settings.get(name);
    return settings && this.#toStored(name, settings);
  }

  endpointsJSON(name: ClusterName, feed: Feed): Iterator<string, undefined> {
    return this.#names.list(name, feed);
  }

  // oxlint-disable-next-line require-yield
  *endpointsJSONInSteps(name: ClusterName, feed: Feed): Steps<Iterator<string, undefined>> {
    // All of it is read now, since a change of a name between two pieces would tear the list.
    return [...this.#names.list(name, feed)].values() as Iterator<string, undefined>;
  }

  countByType(name: ClusterName): ReadonlyMap<string, number> {
    return this.#names.countByType(name);
  }

  feedsOf(name: ClusterName): readonly Feed[] {
    return this.#names.feedsOf(name);
  }

  /** Etcd has no clock. */
  firstStored(): undefined {
    return undefined;
  }

  /** Who is published for a name holds it, so that every server says the same. */
  holders(): ReadonlyMap<ALabelName, ClusterName> {
    return this.publishedKeys.holders;
  }

  /** They are those that are published. */
  // oxlint-disable-next-line require-yield
  *setHoldersInSteps(): Steps<void> {
    return;
  }

  apply(cluster: ClusterName, feed: Feed, mutation: Mutation): readonly RecordKey[] {
    return finish(this.applyInSteps(cluster, feed, mutation));
  }

  /** What others store at the same time is not counted, so that a limit may be passed by a little. */
  *applyInSteps(cluster: ClusterName, feed: Feed, wished: Mutation): Steps<readonly RecordKey[]> {
    const holding = { room: this.#names.room.copy(), find: (name: string) => this.record(cluster, name) };
    const { mutation, leftOut } = yield* fittingInSteps({ cluster, feed }, wished, holding);
    this.#wishes.push({ kind: "apply", cluster, feed, mutation });
    return leftOut;
  }

  configure(cluster: ClusterName, settings: ClusterSettings): void {
    requireRoom(this.settings, cluster, settings);
    this.#wishes.push({ kind: "configure", cluster, settings });
  }

  forget(cluster: ClusterName): void {
    this.#wishes.push({ kind: "forget", cluster });
  }

  // oxlint-disable-next-line require-yield
  *forgetInSteps(cluster: ClusterName): Steps<void> {
    this.forget(cluster);
  }

  takeChange(): ReturnType<Store["takeChange"]> {
    this.#viewed = this.#revision;
    const names = this.#names.live.takeChangedNames();
    if (names === undefined) return undefined;
    const recordsOf = (cluster: ClusterName) => [...names].flatMap((name) => this.viewRecords(cluster, name));
    const clusters = Array.from(this.settings, ([name, settings]) => ({ name, settings, records: recordsOf(name) }));
    return { names, clusters };
  }

  checkpoint(): void {}

  proveWritable(): void {}

  [Symbol.dispose](): void {}

  #takeOwn({ key, item }: Change): void {
    const own = parseOwnKey(key);
    if (own === undefined) return;
    const text = item?.value.toString();
    if (own.kind === "meta") {
      this.#meta = item && { meta: readMeta(text ?? ""), modRevision: item.modRevision };
    } else if (own.kind === "desktop") {
      this.desktops.take(own.id, text);
    } else if (own.kind === "addresses") {
      // Read by the command that writes invitations alone.
    } else if (own.kind === "head") {
      this.#heads.set(own.cluster, item?.modRevision ?? 0n);
    } else if (own.kind === "cluster") {
      this.#table.take(own.cluster, item && { text: text ?? "", modRevision: item.modRevision });
      this.#names.live.touchAll();
    } else if (item === undefined) {
      this.#names.delete(own.cluster, own.name);
    } else {
      const { modRevision, createRevision } = item;
      this.#names.put(own.cluster, own.name, { text: text ?? "", modRevision, createRevision });
    }
  }

  #isContested(name: string): boolean {
    let claimants = 0;
    for (const cluster of this.settings.keys()) claimants += this.record(cluster, name) === undefined ? 0 : 1;
    return claimants > 1;
  }

  #toStored(name: ClusterName, settings: ClusterSettings): StoredCluster {
    return { name, settings, records: this.#names.live.recordsOf(name) };
  }
}
