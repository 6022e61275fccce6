/** Forgets a cluster with all that is kept of it, in the store and beside it. */
import type { Log } from "../../base/log.ts";
import { type ClusterName, defaultCluster } from "../../records/cluster.ts";
import { type Endpoint, recordKey } from "../../records/endpoint.ts";
import { type ClusterFeed, type Feed, watchFeed } from "../../records/feed.ts";
import type { ReadableStore } from "../../engine/store.ts";
import type { Outcome, ReconcilerPort } from "../../engine/reconciler-port.ts";
import { readIfPossible } from "../../engine/read-if-possible.ts";
import type { LeftOutMemory } from "../../engine/left-out.ts";

/** Forgets one cluster; the reason, if there is one, ends the sentence in the log. */
export type Forget = (cluster: ClusterName, reason?: string) => Promise<Outcome>;

/**
 * Forgets every cluster, and takes the lines away whatever the store's trouble is.
 *
 * @returns the names that were forgotten, and how it ended
 */
export async function forgetAll({
  reconciler,
  leftOut,
  log,
}: ForgetOptions): Promise<{ readonly clusters: readonly ClusterName[]; readonly outcome: Outcome }> {
  const clusters = namesOf(reconciler);
  const outcome = await reconciler.clear();
  if (!outcome.ok && !outcome.stored) return { clusters: [], outcome };
  for (const cluster of clusters) leftOut.forget(cluster);
  log.info({ code: "cluster-forgotten", clusters }, "Every cluster is forgotten, with records and settings.");
  return { clusters, outcome };
}

function namesOf(reconciler: ReconcilerPort): readonly ClusterName[] {
  return readIfPossible(reconciler, (store) => [...store.clusters()].map(({ name }) => name)) ?? [];
}

/** Forgets what one source sent of a cluster. */
export type ForgetFeed = (of: ClusterFeed) => Promise<Outcome>;

/**
 * Makes the function that forgets one feed of a cluster. With its last feed the cluster goes, but for `default` as long
 * as a watcher takes its domains from there.
 */
export function makeForgetFeed({ reconciler, log }: ForgetOptions, forget: Forget): ForgetFeed {
  return async (of) => {
    const { cluster, feed } = of;
    if (!reconciler.read((store) => isNeededWithout(store, of))) return forget(cluster);
    const outcome = await reconciler.changeInSteps(function* (store) {
      const pieces = Iterator.from<string>(yield* store.endpointsJSONInSteps(cluster, feed));
      const text = [...pieces].join("");
      const remove = (JSON.parse(text) as readonly Endpoint[]).map(recordKey);
      yield* store.applyInSteps(cluster, feed, { remove, put: [] });
      const settings = store.cluster(cluster)?.settings;
      // No watcher owns it any more.
      if (feed === watchFeed && settings?.user !== undefined)
        store.configure(cluster, { ...settings, user: undefined });
    });
    if (!outcome.ok && !outcome.stored) return outcome;
    reconciler.note((memory) => memory.drop(of));
    log.info({ code: "feed-forgotten", cluster, feed }, `What ${feed} sent of the cluster ${cluster} is forgotten.`);
    return outcome;
  };
}

function isNeededWithout(store: ReadableStore, { cluster, feed }: ClusterFeed): boolean {
  const feedsOf = (name: ClusterName): readonly Feed[] => [...store.feedsOf(name), ...store.memory.feedsHeard(name)];
  if (feedsOf(cluster).some((other) => other !== feed)) return true;
  const isWatched = [...store.clusters()].some(({ name }) => feedsOf(name).includes(watchFeed));
  return cluster === defaultCluster && feed !== watchFeed && isWatched;
}

interface ForgetOptions {
  readonly reconciler: ReconcilerPort;
  readonly leftOut: LeftOutMemory;
  readonly log: Log;
}

/** Makes the function that forgets. */
export function makeForget({ reconciler, leftOut, log }: ForgetOptions): Forget {
  return async (cluster, reason) => {
    const outcome = await reconciler.changeInSteps((store) => store.forgetInSteps(cluster));
    if (!outcome.ok && !outcome.stored) return outcome;
    leftOut.forget(cluster);
    const why = reason === undefined ? "" : `: ${reason}`;
    log.info(
      { code: "cluster-forgotten", cluster },
      `Cluster ${cluster} is forgotten, with its records and settings${why}.`,
    );
    return outcome;
  };
}
