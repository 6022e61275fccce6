/** What happened since the last report that the server took: changes, lists anew, and how long lines took. */
import type { WatchNews } from "../../contract/watcher.ts";
import type { RelistReason } from "./answer.ts";
import type { WatchActivity } from "./kind-watch.ts";

/** Durations that one report carries; of more, the first. */
const mostSeconds = 1000;

export class WatchNewsCollector {
  readonly #events = new Map<string, { readonly cluster: string; readonly kind: string; count: number }>();
  readonly #relists = new Map<RelistReason, number>();
  #seconds: number[] = [];

  /** Counts what happened in a cluster. */
  note(cluster: string, activity: WatchActivity): void {
    if (activity.kind === "relist") this.#relists.set(activity.reason, (this.#relists.get(activity.reason) ?? 0) + 1);
    if (activity.kind !== "event") return;
    const key = `${cluster} ${activity.of}`;
    const known = this.#events.get(key) ?? { cluster, kind: activity.of, count: 0 };
    known.count += 1;
    this.#events.set(key, known);
  }

  /** Notes how long lines took, in milliseconds. */
  published(milliseconds: number): void {
    if (this.#seconds.length < mostSeconds) this.#seconds.push(milliseconds / 1000);
  }

  /** What has been counted so far. */
  peek(): WatchNews {
    return {
      events: [...this.#events.values()].map((each) => ({ ...each })),
      relists: [...this.#relists].map(([reason, count]) => ({ reason, count })),
      seconds: [...this.#seconds],
    };
  }

  /** Forgets news that were taken. */
  taken(news: WatchNews): void {
    for (const { cluster, kind, count } of news.events) {
      const known = this.#events.get(`${cluster} ${kind}`);
      if (known === undefined) continue;
      known.count -= count;
      if (known.count === 0) this.#events.delete(`${cluster} ${kind}`);
    }
    for (const { reason, count } of news.relists) {
      const left = (this.#relists.get(reason) ?? 0) - count;
      if (left > 0) this.#relists.set(reason, left);
      else this.#relists.delete(reason);
    }
    this.#seconds = this.#seconds.slice(news.seconds.length);
  }
}
