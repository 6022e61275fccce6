/** Tells the server how the watcher is: soon after each change, and every half minute in any case. */
import { reportInterval } from "../../contract/liveness.ts";
import type { ReportedCluster, WatcherReport } from "../../contract/watcher.ts";
import type { Clock } from "./backoff.ts";
import type { WatchActivity } from "./kind-watch.ts";
import { WatchNewsCollector } from "./watch-news.ts";
import { describeKinds, refusalOf, stateOf } from "./watch-state.ts";
import type { RunningCluster, Watcher } from "./watcher.ts";

interface ReporterOptions {
  readonly watcher: () => Pick<Watcher, "clusters" | "others">;
  /** Hands a report to the server; throws where it does not take it. */
  readonly send: (report: WatcherReport) => Promise<void>;
  readonly version: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Milliseconds: what happens within the first makes one report, and the second is between two reports at least. */
const gather = 100;
const pause = 1_000;

/** Contexts that are reported; the server takes no more. */
const mostContexts = 1000;

export class Reporter {
  readonly #options: ReporterOptions;
  readonly #news = new WatchNewsCollector();
  readonly #since = new Date().toISOString();
  /** Since when each cluster is in its state. */
  readonly #states = new Map<string, Pick<ReportedCluster, "state" | "since">>();
  #said = "";
  #changed = new AbortController();

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** Something happened in a cluster. */
  note(cluster: string, activity: WatchActivity): void {
    this.#news.note(cluster, activity);
    this.#changed.abort();
  }

  /** The server has shown a change, so many milliseconds after it happened. */
  published(milliseconds: number): void {
    this.#news.published(milliseconds);
    this.#changed.abort();
  }

  /** Reports until the signal aborts, and that the watcher ends then. */
  async run(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted) {
      await this.#report(this.#describe(false));
      const due = clock.now() + reportInterval;
      await clock.sleep(pause, signal);
      while (!signal.aborted && clock.now() < due && this.#said === substanceOf(this.#describe(false))) {
        this.#changed = new AbortController();
        await clock.sleep(due - clock.now(), AbortSignal.any([signal, this.#changed.signal]));
        await clock.sleep(gather, signal);
      }
    }
    await this.#report(this.#describe(true));
  }

  /** A server that is away, or is older, does without: what matters more says so. */
  async #report(report: WatcherReport): Promise<void> {
    this.#said = substanceOf(report);
    try {
      await this.#options.send(report);
      this.#news.taken(report.news);
    } catch {
      // The news are in the next report.
    }
  }

  #describe(ended: boolean): WatcherReport {
    const { clusters, others } = this.#options.watcher();
    const watched = clusters.map(({ cluster }) => ({ name: cluster.context, watched: true, ...nothingAgainst }));
    const left = others.map(({ context, reason, message, flag = null }) => {
      return { name: context, watched: false, reason, message, flag };
    });
    return {
      pid: process.pid,
      version: this.#options.version,
      since: this.#since,
      ended,
      contexts: [...watched, ...left].slice(0, mostContexts),
      clusters: clusters.map((running) => this.#describeCluster(running)),
      news: this.#news.peek(),
    };
  }

  #describeCluster({ feed, cluster }: RunningCluster): ReportedCluster {
    const { session, name } = feed;
    const { state, reason } = stateOf(session);
    const before = this.#states.get(name);
    const since = before?.state === state ? before.since : new Date().toISOString();
    this.#states.set(name, { state, since });
    return {
      name,
      context: cluster.context,
      server: cluster.server,
      state,
      since,
      reason,
      uid: session.uid ?? null,
      madeAnew: session.madeAnewAt === undefined ? null : new Date(session.madeAnewAt).toISOString(),
      refused: refusalOf(feed),
      kinds: describeKinds(session),
    };
  }
}

/** That a kind that may not be read is asked for again is not worth a report. */
function substanceOf({ contexts, clusters }: WatcherReport): string {
  return JSON.stringify([contexts, clusters]);
}

const nothingAgainst = { reason: null, message: null, flag: null } as const;
