/** The cluster that the kubeconfig names, where a watcher feeds it. */
import { type WatchedCluster, isRunning, watchedClusters } from "../../contract/watched-cluster.ts";
import { isWatchOf } from "../../dtk/installation/watch.ts";
import { readClusterUID } from "../../kubernetes/cluster-uid.ts";
import type { Desktop } from "../check.ts";

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
