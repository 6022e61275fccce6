/** Whether a watcher feeds the cluster, by what the running server says, so that no cluster is fed twice unawares. */

/** How a cluster is fed by a watcher. */
export interface Watch {
  /** The cluster's name at the server. */
  readonly cluster: string;
  /** Whose watcher it is; null where that is not known yet. */
  readonly user: string | null;
}

/** A cluster of the status, as far as its watch matters. */
interface WatchedCluster {
  readonly name: string;
  readonly watch?:
    | {
        readonly state: string;
        readonly user: string | null;
        /** URL of the API server. */
        readonly server: string | null;
        readonly uid: string | null;
      }
    | undefined;
}

/** What tells a cluster from others. */
interface ClusterMark {
  readonly uid: string | undefined;
  /** URL of the API server. */
  readonly server: string;
}

/**
 * Finds the running watcher of a cluster.
 *
 * @param clusters - those of the server's status
 */
export function findWatch(clusters: readonly WatchedCluster[], cluster: ClusterMark): Watch | undefined {
  const found = clusters.find(
    ({ watch }) => watch !== undefined && watch.state !== "not-running" && isWatchOf(watch, cluster),
  );
  return found && { cluster: found.name, user: found.watch?.user ?? null };
}

/**
 * Whether a watch is of a cluster: the UID of its namespace kube-system is the same, or, where one of the two is not
 * known, its API server has the same URL.
 */
export function isWatchOf(
  watch: Pick<NonNullable<WatchedCluster["watch"]>, "uid" | "server">,
  cluster: ClusterMark,
): boolean {
  if (watch.uid !== null && cluster.uid !== undefined) return watch.uid === cluster.uid;
  return watch.server !== null && isSameURL(watch.server, cluster.server);
}

/** Whose watcher it is and under which name it feeds the cluster, as a sentence. */
export function watchSentence({ cluster, user }: Watch): string {
  return `The watcher${user === null ? "" : ` of ${user}`} feeds this cluster as ${cluster}.`;
}

function isSameURL(one: string, other: string): boolean {
  return one.replace(/\/$/, "") === other.replace(/\/$/, "");
}
