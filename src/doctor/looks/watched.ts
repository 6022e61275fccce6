/** The clusters that a watcher feeds, as the server's status has them, and the one of them that the kubeconfig names. */
import type { Status } from "../../contract/status.ts";
import { isWatchOf } from "../../dtk/installation/watch.ts";
import { readClusterUID } from "../../kubernetes/cluster-uid.ts";
import { watchFeed } from "../../records/feed.ts";
import type { Desktop } from "../check.ts";

type ServerCluster = Status["clusters"][number];

/** A cluster that is watched, or was. */
export type WatchedCluster = ServerCluster & { readonly watch: NonNullable<ServerCluster["watch"]> };

/** Lists the clusters that a watcher feeds now, or fed and left records of. */
export function watchedClusters(status: Pick<Status, "clusters"> | undefined): readonly WatchedCluster[] {
  return (status?.clusters ?? [])
    .filter((cluster): cluster is WatchedCluster => cluster.watch !== undefined)
    .filter((cluster) => isRunning(cluster) || cluster.feeds?.includes(watchFeed) === true);
}

/** Whether its watcher runs, so that what it reported still holds. */
export function isRunning({ watch }: WatchedCluster): boolean {
  return watch.state !== "not-running";
}

/** Whose watcher it is, as in `The watcher of ann`. */
export function watcherOf({ watch: { user } }: Pick<WatchedCluster, "watch">): string {
  return user === null ? "A watcher" : `The watcher of ${user}`;
}

/**
 * Looks whether a watcher feeds the cluster that the kubeconfig names, or did before it ended.
 *
 * @returns undefined where none does, or the server does not answer. The only watched cluster is taken for it while its
 *   watcher has not reported to this server, as after the server's start
 * @throws TroubleError when the cluster does not answer
 */
export async function lookAtWatched(desktop: Desktop): Promise<WatchedCluster | undefined> {
  const watched = watchedClusters(await desktop.status().catch(() => undefined));
  if (watched.length === 0) return undefined;
  const api = await desktop.kubernetes();
  const cluster = { server: api.server, uid: await readClusterUID(api) };
  const found = watched.filter(({ watch }) => isWatchOf(watch, cluster));
  return found.find(isRunning) ?? found[0] ?? (watched.length === 1 ? watched.find(isUnreported) : undefined);
}

function isUnreported({ watch }: WatchedCluster): boolean {
  return watch.uid === null && watch.server === null;
}
