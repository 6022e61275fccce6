/** What the watchers of this machine's users last reported, in memory alone: each reports again within half a minute. */
import { formatTime } from "../../base/age.ts";
import { isAlive, reportInterval } from "../../contract/liveness.ts";
import type { ReportedCluster, WatcherReport } from "../../contract/watcher.ts";

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
  readonly cluster: ReportedCluster;
}

/** Watchers that are remembered; a desktop has few. */
const mostWatchers = 16;

export class Watchers {
  /** A user may have several, as with `--context a` in one terminal and `--context b` in another. */
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
   * Takes a report. One that is gone is forgotten once another of its user has all its clusters, and where there are too
   * many the one that was not heard of for the longest time.
   *
   * @returns whether it says something else than the one before, but for times and counts
   */
  take(watcher: HeardWatcher): boolean {
    const before = this.#heard.get(keyOf(watcher));
    this.#heard.set(keyOf(watcher), watcher);
    for (const [key, other] of this.#heard) if (isReplaced(other, watcher)) this.#heard.delete(key);
    const oldest = this.#heard.size > mostWatchers ? this.list().at(-1) : undefined;
    if (oldest !== undefined) this.#heard.delete(keyOf(oldest));
    return before === undefined || substanceOf(before) !== substanceOf(watcher);
  }
}

/** A process of a user's; its number alone may come again. */
function keyOf({ user, report: { pid, since } }: HeardWatcher): string {
  return JSON.stringify([user, pid, since]);
}

function isReplaced(old: HeardWatcher, by: HeardWatcher): boolean {
  if (old === by || old.user !== by.user) return false;
  const isGone = old.report.ended || !isAlive(formatTime(old.heardAt), reportInterval, by.heardAt);
  const names = new Set(by.report.clusters.map(({ name }) => name));
  return isGone && old.report.clusters.every(({ name }) => names.has(name));
}

function substanceOf({ report: { pid, ended, contexts, clusters } }: HeardWatcher): string {
  const lasting = clusters.map(({ kinds, ...cluster }) => [
    cluster,
    kinds.map(({ kind, version, state }) => [kind, version, state]),
  ]);
  return JSON.stringify([pid, ended, contexts, lasting]);
}
