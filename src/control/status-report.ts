/** Says in one value how the server is: what it shows, what it cannot show and why, and what a person should look at. */
import type { SinkReport } from "../hosts/sink.ts";
import { explainNotShown } from "../records/not-shown.ts";
import type { ReconcilerPort, ReconcilerState } from "../reconciler.ts";
import type { Store, StoredCluster } from "../store/store.ts";
import { StoreTroubleError } from "../store/trouble.ts";
import { type LeftOutMemory, leftOutSentence } from "../webhook/left-out.ts";
import { unseenDomains } from "../webhook/negotiation.ts";
import { findAttention } from "./attention.ts";
import type { Status } from "./status.ts";

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
  readonly facts: ServerFacts;
  /** Where the server listens, known once it does. */
  readonly address: () => string;
  readonly allowed: () => readonly string[];
  readonly tokenRequired: () => boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const mostListed = 100;

/** Builds the status. */
export function buildStatus(options: StatusOptions): Status {
  const { reconciler, leftOut, facts, address, allowed, tokenRequired } = options;
  const state = reconciler.state();
  const { since, ...fixed } = facts;
  const status = {
    server: {
      ...fixed,
      since: formatTime(since),
      address: address(),
      ready: state.ready,
      allowed: [...allowed()],
      tokenRequired: tokenRequired(),
    },
    clusters: readClusters(reconciler, countShown(state)),
    sinks: [...state.reports].map(([name, report]) => describeSink({ name, report, state })),
    notShown: some(
      state.view.notShown.map((entry) => {
        const { name, cluster, reason } = entry;
        return { name, cluster, reason, sentence: explainNotShown(entry) };
      }),
    ),
    leftOut: some(leftOut.list().map((entry) => ({ ...entry, sentence: leftOutSentence(entry) }))),
    contested: some([...state.view.holders].map(([name, holder]) => ({ name, holder }))),
  };
  return { ...status, attention: findAttention(status, { ...state, now: options.now() }) };
}

/** By cluster; a name that the user's own lines keep from being written is not shown. */
function countShown({ view, reports }: ReconcilerState): ReadonlyMap<string, number> {
  const conflicts = reports.values().flatMap((report) => (report.ok ? report.conflicts : []));
  const kept = new Set<string>(conflicts.map(({ name }) => name));
  const shown = new Map<string, number>();
  for (const { name, cluster } of view.entries) if (!kept.has(name)) shown.set(cluster, (shown.get(cluster) ?? 0) + 1);
  return shown;
}

/** Without a store nothing is known of the clusters; the attention list says why. */
function readClusters(reconciler: ReconcilerPort, shown: ReadonlyMap<string, number>): Status["clusters"] {
  try {
    return reconciler.read((store) =>
      [...store.clusters()].map((cluster) => describeCluster({ cluster, store, shown: shown.get(cluster.name) ?? 0 })),
    );
  } catch (error) {
    if (error instanceof StoreTroubleError) return [];
    throw error;
  }
}

function describeCluster(known: {
  readonly cluster: StoredCluster;
  readonly store: Store;
  readonly shown: number;
}): Status["clusters"][number] {
  const { name, settings, negotiation, heardAt } = known.cluster;
  return {
    name,
    clusterIPs: [...settings.clusterIPs],
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
    records: Object.fromEntries(known.store.countByType(name)),
    shown: known.shown,
  };
}

function describeSink(known: {
  readonly name: string;
  readonly report: SinkReport;
  readonly state: ReconcilerState;
}): Status["sinks"][number] {
  const { name, report, state } = known;
  const write = state.lastWrites.get(name);
  return {
    name,
    ok: report.ok,
    lastWrittenAt: write === undefined ? null : formatTime(write.at),
    method: write?.method ?? null,
    conflicts: some(report.ok ? report.conflicts : []),
    trouble: report.ok ? null : report.trouble,
  };
}

function some<Item>(items: readonly Item[]): { total: number; list: Item[] } {
  return { total: items.length, list: items.slice(0, mostListed) };
}

function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
