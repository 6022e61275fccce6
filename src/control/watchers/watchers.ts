/** What the watchers of this machine's users last reported, in memory alone: each reports again within half a minute. */
import type { WatchedCluster, WatcherReport } from "../../contract/watcher.ts";

/** A watcher as it last reported. */
export interface HeardWatcher {
  readonly user: string;
  /** Milliseconds since 1970. */
  readonly heardAt: number;
  readonly report: Omit<WatcherReport, "news">;
}

/** A cluster as its watcher last reported it. */
export interface HeardCluster {
  readonly watcher: HeardWatcher;
  readonly cluster: WatchedCluster;
}

/** Users whose watchers are remembered; a desktop has few. */
const mostUsers = 16;

export class Watchers {
  readonly #heard = new Map<string, HeardWatcher>();

  /** The watchers, the one that was heard of last first. */
  list(): readonly HeardWatcher[] {
    return [...this.#heard.values()].toSorted((one, other) => other.heardAt - one.heardAt);
  }

  /** Each cluster that a watcher reported, by its name; of several reports the last that was not the end of a watcher. */
  clusters(): ReadonlyMap<string, HeardCluster> {
    const found = new Map<string, HeardCluster>();
    const watchers = this.list();
    for (const watcher of [...watchers.filter(({ report }) => !report.ended), ...watchers]) {
      for (const cluster of watcher.report.clusters) {
        if (!found.has(cluster.name)) found.set(cluster.name, { watcher, cluster });
      }
    }
    return found;
  }

  /**
   * Takes a report; where there are too many users, the one that was not heard of for the longest time is forgotten.
   *
   * @returns whether it says something else than the one before, but for times and counts
   */
  take(watcher: HeardWatcher): boolean {
    const before = this.#heard.get(watcher.user);
    this.#heard.set(watcher.user, watcher);
    const oldest = this.#heard.size > mostUsers ? this.list().at(-1) : undefined;
    if (oldest !== undefined) this.#heard.delete(oldest.user);
    return before === undefined || substanceOf(before) !== substanceOf(watcher);
  }
}

function substanceOf({ report: { pid, ended, contexts, clusters } }: HeardWatcher): string {
  const lasting = clusters.map(({ kinds, ...cluster }) => [
    cluster,
    kinds.map(({ kind, version, state }) => [kind, version, state]),
  ]);
  return JSON.stringify([pid, ended, contexts, lasting]);
}
