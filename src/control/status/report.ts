/** Makes the status, one value for all readers: what the server shows, what it cannot show and why, and what needs attention. */
import { formatTime } from "../../base/age.ts";
import { type Shown, findShown } from "../../engine/shown.ts";
import { findNotShown, reasonOf } from "./not-shown.ts";
import type { Refused, SinkIdentity } from "../../engine/sink.ts";
import { describeRecords } from "../../contract/names.ts";
import { explainNotShown } from "../../records/not-shown.ts";
import { shorten } from "../../base/printable.ts";
import { countKnownTypes } from "../../records/record-type.ts";
import type { NotShown, View, ViewEntry } from "../../records/view.ts";
import type { ReconcilerPort, ReconcilerState } from "../../engine/reconciler-port.ts";
import type { Contact } from "../../engine/memory.ts";
import type { ReadableStore, StoredCluster } from "../../engine/store.ts";
import type { ClusterName, ClusterSettings } from "../../records/cluster.ts";
import { externalDNSFeed, watchFeed } from "../../records/feed.ts";
import type { HeardCluster, Watchers } from "../watchers/watchers.ts";
import { describeWatch, describeWatchers } from "../watchers/describe.ts";
import { findTwins } from "../watchers/twins.ts";
import { readIfPossible } from "../../engine/read-if-possible.ts";
import { type LeftOutMemory, leftOutSentence } from "../../engine/left-out.ts";
import { unseenDomains } from "../../sources/webhook/negotiation.ts";
import type { Responder } from "../../engine/responder.ts";
import type { WiringObserver } from "../../platform/resolver-wiring.ts";
import type { TeamFollowers } from "../../engine/team-facts.ts";
import type { TeamServerObserver } from "../../engine/team-server-facts.ts";
import { findAttention } from "./attention.ts";
import { describeResponder, describeWiring, namesOnlyInResponder } from "./dns-status.ts";
import { describeTeams } from "./teams.ts";
import { describeTeamServer, findTeamServerAttention } from "./team-server.ts";
import { findOverLimit } from "./over-limit.ts";
import { type Status, statusVersion } from "../../contract/status.ts";
import type { AdminToken } from "../../contract/token.ts";

/** What is fixed for the life of the process. */
export interface ServerFacts {
  readonly pid: number;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Where the hosts file is, for people. */
  readonly hostsFile: string;
  /** Whether nothing is written. */
  readonly dryRun: boolean;
}

export interface StatusOptions {
  readonly reconciler: ReconcilerPort;
  readonly leftOut: LeftOutMemory;
  readonly watchers: Watchers;
  /** Those that follow teams, if any can. */
  readonly teams?: TeamFollowers | undefined;
  /** The etcd of a team server; undefined for every other server. */
  readonly teamServer?: TeamServerObserver | undefined;
  /** The DNS responder, if it is on. */
  readonly responder?: Responder | undefined;
  /** How the system resolver is told the managed domains; undefined where it is left alone. */
  readonly resolver?: WiringObserver | undefined;
  /** How many desktops follow a team server. */
  readonly followers?: (() => number | undefined) | undefined;
  readonly facts: ServerFacts;
  /** Where the server listens, known once it does. */
  readonly address: () => string;
  readonly allowed: () => readonly string[];
  readonly tokenRequired: () => boolean;
  readonly adminToken: () => AdminToken;
  /** Whether a caller is not this machine, and in one network with an address. */
  readonly areNeighbours: (caller: string, address: string) => boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type RefusedAnswer = NonNullable<Status["sinks"][number]["refused"]>["list"][number];

const maxListed = 100;
const maxNames = 1000;

/**
 * Builds the status.
 *
 * @param more - of the names, only those are counted and listed that have the text `filter` in the name, the cluster or
 *   the resource, lower case; `shown` is passed by callers that need it too, since it takes long to find where a sink
 *   refuses much
 */
export function buildStatus(
  options: StatusOptions,
  { filter = "", shown = shownNow(options.reconciler) }: { readonly filter?: string; readonly shown?: Shown } = {},
): Status {
  const { reconciler, leftOut, facts, address, allowed, tokenRequired } = options;
  const state = reconciler.state();
  const { since, ...fixed } = facts;
  const wiring = options.resolver?.facts();
  const counts = countByCluster(shown.entries);
  const followed = options.teams?.facts() ?? [];
  const joined = readIfPossible(reconciler, (store) => store.teams.list()) ?? [];
  const teams = describeTeams(joined, { view: state.view, shown: counts, facts: followed });
  const ofEtcd = options.teamServer?.facts();
  const status = {
    schemaVersion: statusVersion,
    server: {
      ...fixed,
      since: formatTime(since),
      address: address(),
      ready: state.ready,
      allowed: [...allowed()],
      tokenRequired: tokenRequired(),
    },
    clusters: readClusters(options, counts),
    ...describeWatchers(options.watchers, options.now()),
    ...teams,
    ...(ofEtcd !== undefined && { teamServer: describeTeamServer(ofEtcd) }),
    sinks: state.sinks.flatMap((sink) => describeSink(sink, { state, shown, responder: options.responder })),
    ...(wiring !== undefined && { resolver: describeWiring(wiring) }),
    names: readNames(reconciler, shown, filter),
    notShown: describeSome(findNotShown(state.view, shown), (entry) => describeNotShown(entry, state.view)),
    leftOut: describeSome(leftOut.list(), (entry) => ({ ...entry, sentence: leftOutSentence(entry) })),
    contested: describeSome([...state.view.holders], ([name, holder]) => ({ name, holder })),
  };
  const overLimit = findOverLimit(state.view.notShown, leftOut.list());
  const held = options.adminToken();
  const ofToken = held.kind === "known" && held.notice !== undefined ? [held.notice] : [];
  const ofTeamServer = ofEtcd === undefined ? [] : findTeamServerAttention(ofEtcd);
  const notices = [...ofToken, ...ofTeamServer, ...(wiring?.troubles ?? [])];
  const { responder, resolver } = options;
  const unasked =
    responder === undefined || resolver !== undefined ? [] : namesOnlyInResponder(state, shown, responder);
  return {
    ...status,
    attention: findAttention(status, { ...state, overLimit, notices, followed, unasked, now: options.now() }),
  };
}

/** What is shown at this moment. */
export function shownNow(reconciler: ReconcilerPort): Shown {
  const { view, reports } = reconciler.state();
  return findShown(view, reports);
}

function describeNotShown(entry: NotShown | Refused, view: View): Status["notShown"]["list"][number] {
  const sentence = "sentence" in entry ? entry.sentence : explainNotShown(entry);
  return { name: shorten(entry.name), ...reasonOf(entry, view), sentence };
}

function isFound({ name, cluster, resource }: ViewEntry, filter: string): boolean {
  return [name, cluster, resource ?? ""].some((text) => text.toLowerCase().includes(filter));
}

function countByCluster(shown: readonly ViewEntry[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { cluster } of shown) counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
  return counts;
}

function readNames(reconciler: ReconcilerPort, { entries, sinksOf }: Shown, filter: string): Status["names"] {
  const found = filter === "" ? entries : entries.filter((entry) => isFound(entry, filter));
  const { total, list } = some(found, maxNames);
  const describeName = (entry: ViewEntry, store: ReadableStore | undefined): Status["names"]["list"][number] => {
    const { name, addresses, cluster, team, resource = null, others } = entry;
    const since = store?.firstStored(cluster, name);
    return {
      name,
      addresses: [...addresses],
      cluster,
      ...(team !== undefined && { team }),
      resource,
      since: since === undefined ? null : formatTime(since),
      sinks: [...sinksOf(entry)],
      ...(others.length > 0 && { records: describeRecords(others) }),
    };
  };
  const described = readIfPossible(reconciler, (store) => list.map((entry) => describeName(entry, store)));
  return { total, list: described ?? list.map((entry) => describeName(entry, undefined)) };
}

/** Without a store nothing is known of the clusters; the attention list says why. */
function readClusters(
  { reconciler, areNeighbours, watchers, now }: StatusOptions,
  shown: ReadonlyMap<string, number>,
): Status["clusters"] {
  const heard = watchers.clusters();
  const describeAll = (store: ReadableStore): Status["clusters"] => {
    const twins = findTwins(store);
    return [...store.clusters()].map((cluster) => {
      const { name } = cluster;
      const known = { cluster, store, shown: shown.get(name) ?? 0, areNeighbours };
      const [twin, watch] = [twins.get(name), watchOf({ name, store, heard: heard.get(name), now: now() })];
      return {
        ...describeCluster(known),
        ...(twin !== undefined && { sameAs: twin }),
        ...(watch !== undefined && { watch }),
      };
    });
  };
  return readIfPossible(reconciler, describeAll) ?? [];
}

/** Undefined where no watcher is known to have fed the cluster. */
function watchOf(known: {
  readonly name: ClusterName;
  readonly store: ReadableStore;
  readonly heard: HeardCluster | undefined;
  readonly now: number;
}): Status["clusters"][number]["watch"] {
  const { name, store, heard, now } = known;
  const { heardAt: calledAt } = store.memory.contact({ cluster: name, feed: watchFeed });
  const isReported = heard !== undefined && !heard.watcher.report.ended;
  const isFed = isReported || calledAt !== undefined || store.feedsOf(name).includes(watchFeed);
  const owner = store.cluster(name)?.settings.user;
  return isFed ? describeWatch({ heard, calledAt, owner, now }) : undefined;
}

function describeCluster(known: {
  readonly cluster: StoredCluster;
  readonly store: ReadableStore;
  readonly shown: number;
  readonly areNeighbours: StatusOptions["areNeighbours"];
}): Status["clusters"][number] {
  const { name, settings } = known.cluster;
  const ofExternalDNS = { cluster: name, feed: externalDNSFeed };
  const negotiation = known.store.memory.negotiation(ofExternalDNS);
  const contact = known.store.memory.contact(ofExternalDNS);
  const { heardAt, caller = null, silentFor } = contact;
  return {
    name,
    clusterIPs: [...settings.clusterIPs],
    followsCaller: settings.followsCaller ?? false,
    domains: [...settings.domains],
    targets: settings.targets,
    negotiation:
      negotiation === undefined
        ? null
        : {
            at: formatTime(negotiation.at),
            include: [...negotiation.include],
            unseen: [...unseenDomains(settings, negotiation)],
          },
    lastHeard: heardAt === undefined ? null : formatTime(heardAt),
    caller,
    silentSeconds: Math.floor(silentFor / 1000),
    movedTo: findMove(settings, contact, known.areNeighbours) ?? null,
    records: Object.fromEntries(countKnownTypes(known.store.countByType(name))),
    shown: known.shown,
    feeds: [...known.store.feedsOf(name)],
  };
}

/**
 * A cluster whose ExternalDNS once called from the cluster IP and now calls from another address of that network was given
 * a new address, as kind's is after a reboot. One that never called from there may be several nodes, or behind address
 * translation, and says nothing.
 */
function findMove(
  settings: ClusterSettings,
  { caller, matchedIP }: Contact,
  areNeighbours: StatusOptions["areNeighbours"],
): string | undefined {
  const addresses: readonly string[] = settings.clusterIPs;
  if (caller === undefined || matchedIP === undefined || addresses.includes(caller)) return undefined;
  return addresses.includes(matchedIP) && areNeighbours(caller, matchedIP) ? caller : undefined;
}

/** Nothing before it was written for the first time. */
function describeSink(
  { id, title, path }: SinkIdentity,
  known: { readonly state: ReconcilerState; readonly shown: Shown; readonly responder: Responder | undefined },
): Status["sinks"] {
  const { state, shown, responder } = known;
  const report = state.reports.get(id);
  if (report === undefined) return [];
  const write = state.lastWrites.get(id);
  const refused = report.ok ? report.refused : [];
  return [
    {
      id,
      name: title,
      path,
      ok: report.ok,
      lastWrittenAt: write === undefined ? null : formatTime(write.at),
      method: write?.method ?? null,
      shown: report.ok ? shown.countOf(id) : 0,
      refused: describeSome(refused, describeRefused),
      conflicts: some(refused.flatMap(toConflict)),
      trouble: report.ok ? null : report.trouble,
      ...(responder?.id === id && { responder: describeResponder(responder) }),
    },
  ];
}

function describeRefused({ name, type, reason, sentence, line }: Refused): RefusedAnswer {
  return {
    name: shorten(name),
    ...(type !== undefined && { type: shorten(type) }),
    reason,
    sentence,
    ...(line !== undefined && { line: line.number }),
  };
}

function toConflict({ name, line }: Refused): Status["sinks"][number]["conflicts"]["list"] {
  return line === undefined ? [] : [{ name, line: line.number, text: line.text }];
}

function some<Item>(items: readonly Item[], max = maxListed): { total: number; list: Item[] } {
  return { total: items.length, list: items.slice(0, max) };
}

/** Only what is listed is described, since there may be very many. */
function describeSome<Item, Described>(
  items: readonly Item[],
  describe: (item: Item) => Described,
): { total: number; list: Described[] } {
  const { total, list } = some(items);
  return { total, list: list.map(describe) };
}
