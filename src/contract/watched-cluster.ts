/** The clusters of a status that a watcher feeds, or fed, for all who judge or show them. */
import { watchFeed } from "../records/feed.ts";
import type { Status } from "./status.ts";

type Cluster = Status["clusters"][number];

/** A cluster that is watched, or was. */
export type WatchedCluster = Cluster & { readonly watch: NonNullable<Cluster["watch"]> };

/** Lists the clusters that a watcher feeds now, or fed and left records of. */
export function watchedClusters(status: Pick<Status, "clusters"> | undefined): readonly WatchedCluster[] {
  return (status?.clusters ?? [])
    .filter((cluster): cluster is WatchedCluster => cluster.watch !== undefined)
    .filter((cluster) => isRunning(cluster) || cluster.feeds?.includes(watchFeed) === true);
}

/** Whether its watcher runs, so that what it reported still holds. */
export function isRunning({ watch }: Pick<WatchedCluster, "watch">): boolean {
  return watch.state !== "not-running";
}

/** Whose watcher it is, as in `The watcher of ann`. */
export function watcherOf({ watch: { user } }: Pick<WatchedCluster, "watch">): string {
  return user === null ? "A watcher" : `The watcher of ${user}`;
}
