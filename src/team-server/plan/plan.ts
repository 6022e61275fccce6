/** Plans what a wish makes of the keys in etcd: the records of a cluster and, with them, what is published of their names. */
import { isInternational } from "../../records/view-update.ts";
import type { ClusterName, ClusterSettings } from "../../records/cluster.ts";
import { computeView } from "../../records/compute-view.ts";
import { type Endpoint, type Mutation, keyText, recordKey as recordKeyOf } from "../../records/endpoint.ts";
import type { Feed } from "../../records/feed.ts";
import type { ViewEntry } from "../../records/view.ts";
import { type ViewRecord, toViewRecord } from "../../records/view-record.ts";
import { type Chunk, type Part, operationsMost, toChunks } from "./chunks.ts";
import { clusterKey, headKey, metaKey, recordKey } from "./keys.ts";
import type { KeyChanges } from "./projection.ts";
import type { TeamState } from "./state.ts";
import { type NameRecords, type Stamp, writeHead, writeRecords } from "./values.ts";

/** What somebody wants of the team's store. */
export type Wish =
  | { readonly kind: "apply"; readonly cluster: ClusterName; readonly feed: Feed; readonly mutation: Mutation }
  | { readonly kind: "configure"; readonly cluster: ClusterName; readonly settings: ClusterSettings }
  | { readonly kind: "forget"; readonly cluster: ClusterName };

/** A name of a cluster with what becomes of its records. */
interface NameChange {
  readonly name: string;
  readonly records: NameRecords;
  readonly text: string | undefined;
}

/**
 * Plans a wish, from what is known of etcd now.
 *
 * @param stamp - with the number of the chunk it is the value of the head
 * @returns transactions to be made one after the other; none when everything is as it is wished
 */
export function planWish(state: TeamState, wish: Wish, stamp: Stamp): readonly Chunk[] {
  const { cluster } = wish;
  return toChunks(partsOf(state, wish), {
    revisionOf: (key) => revisionOf(state, cluster, key),
    guards: [{ key: metaKey, modRevision: state.metaRevision }],
    head: { key: headKey(cluster), value: (chunk) => writeHead({ ...stamp, chunk }) },
  });
}

function partsOf(state: TeamState, wish: Wish): readonly Part[] {
  const { cluster } = wish;
  if (wish.kind === "apply") return partsOfNames(state, cluster, changesOf(state, wish));
  const settings = clusterKey(cluster);
  if (wish.kind === "configure") {
    const [text, before] = [wish.settings, state.settings.get(cluster)].map((each) => JSON.stringify(each));
    const isKnown = state.settingsRevision(cluster) > 0n && text === before;
    return isKnown ? [] : [{ changes: new Map([[settings, text]]) }];
  }
  // The settings go last, so that a server which dies in between leaves a cluster that can be forgotten again.
  const names = Array.from(state.namesOf(cluster), (name) => ({ name, records: new Map(), text: undefined }));
  const isConfigured = state.settingsRevision(cluster) > 0n;
  const last = isConfigured ? [{ changes: new Map([[settings, undefined]]) }] : [];
  return [...partsOfNames(state, cluster, names), ...last];
}

function revisionOf(state: TeamState, cluster: ClusterName, key: string): bigint {
  if (key === headKey(cluster)) return state.headRevision(cluster);
  if (key === clusterKey(cluster)) return state.settingsRevision(cluster);
  const prefix = recordKey(cluster, "");
  if (key.startsWith(prefix)) return state.record(cluster, key.slice(prefix.length))?.modRevision ?? 0n;
  return state.published(key)?.modRevision ?? 0n;
}

/** The names whose records change, first those that go. */
function changesOf(
  state: TeamState,
  { cluster, feed, mutation }: Extract<Wish, { kind: "apply" }>,
): readonly NameChange[] {
  const names = new Set([...mutation.remove, ...mutation.put.map(({ key }) => key)].map(({ name }) => name));
  const removed = Map.groupBy(mutation.remove, ({ name }) => name);
  const put = Map.groupBy(mutation.put, ({ key }) => key.name);
  const changes: NameChange[] = [];
  for (const name of names) {
    const { text: before, records: known } = state.record(cluster, name) ?? {};
    const endpoints = new Map<string, Endpoint>();
    for (const endpoint of known?.get(feed) ?? []) endpoints.set(keyText(recordKeyOf(endpoint)), endpoint);
    for (const key of removed.get(name) ?? []) endpoints.delete(keyText(key));
    for (const { key, endpoint } of put.get(name) ?? []) endpoints.set(keyText(key), endpoint);
    const records: NameRecords = new Map([...(known ?? []), [feed, [...endpoints.values()]]]);
    const text = writeRecords(records);
    if (text !== before) changes.push({ name, records, text });
  }
  return [...changes.filter(({ text }) => text === undefined), ...changes.filter(({ text }) => text !== undefined)];
}

/** Each name's record with what changes in the projection. Everything that was set there is set back at the end. */
function partsOfNames(state: TeamState, cluster: ClusterName, changes: readonly NameChange[]): readonly Part[] {
  const { projection } = state;
  const entries = entriesAfter(state, cluster, changes);
  const before = new Map<string, ViewEntry | undefined>();
  const parts = changes.map(({ name, text }): Part => {
    const own = [[recordKey(cluster, name), text] as const];
    if (!entries.has(name)) return { changes: new Map(own) };
    const published: KeyChanges = new Map();
    before.set(name, projection.entry(name));
    projection.set(name, entries.get(name), published);
    // What is too much for one transaction is published later, as a repair.
    return { changes: new Map(published.size + own.length > operationsMost ? own : [...own, ...published]) };
  });
  for (const [name, entry] of [...before].toReversed()) projection.set(name, entry, new Map());
  return parts;
}

/**
 * What the view has of the names after the change, undefined for a name that it does not show. A name that depends on
 * other names is left out: it is published once the whole view is known.
 */
function entriesAfter(
  state: TeamState,
  cluster: ClusterName,
  changes: readonly NameChange[],
): ReadonlyMap<string, ViewEntry | undefined> {
  const alone = changes.filter(({ name, records }) => !isInternational(name) && isOfOneFeed(records));
  const clusters = Array.from(state.settings, ([name, settings]) => ({
    name,
    settings,
    records: alone.flatMap((change) =>
      name === cluster ? viewRecordsOf(state, cluster, change) : state.viewRecords(name, change.name),
    ),
  }));
  const followers = clusters.filter(({ settings }) => settings.targets === "record");
  const dependent = new Set(
    followers.flatMap(({ records }) => records.filter(({ type }) => type === "CNAME").map(({ name }) => name)),
  );
  const { entries } = computeView({ clusters, holders: state.holders(), ownNames: new Set() });
  const shown = new Map(entries.map((entry) => [entry.name as string, entry]));
  const known = alone.filter(({ name }) => !dependent.has(name));
  return new Map(known.map(({ name }) => [name, shown.get(name)]));
}

function isOfOneFeed(records: NameRecords): boolean {
  return [...records.values()].filter(({ length }) => length > 0).length <= 1;
}

/** A record that is not there yet comes after all that are. */
function viewRecordsOf(state: TeamState, cluster: ClusterName, { name, records }: NameChange): readonly ViewRecord[] {
  const sequence = Number(state.record(cluster, name)?.createRevision ?? Number.MAX_SAFE_INTEGER);
  return [...records.values()].flat().flatMap((endpoint) => toViewRecord(endpoint, sequence) ?? []);
}
