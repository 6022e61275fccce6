/** Counts what happens from the start on; the library that keeps the counts is loaded a while later, since no start waits for it. */
import type { SinkIdentity, SinkReport } from "../../engine/sink.ts";
import type { ReconcilerListener } from "../../engine/reconciler-port.ts";
import type { Trouble } from "../../base/trouble.ts";
import type { Counters, MeasuredState } from "./prometheus.ts";
import type { DenialReason } from "../../http/verdict.ts";
import type { WatchNews } from "../../contract/watcher.ts";
import { clusterRoute, watcherRoute } from "../../contract/paths.ts";

interface RequestFacts {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
}

export interface Metrics extends Disposable {
  readonly request: (facts: RequestFacts) => void;
  readonly refused: (reason: DenialReason) => void;
  /** ExternalDNS of a cluster asked for the domains. */
  readonly negotiated: (cluster: string) => void;
  /** What happened in the clusters that are watched. */
  readonly watched: (news: WatchNews) => void;
  /** Hears of every write. */
  readonly listener: ReconcilerListener;
  /** The page of `GET /metrics` with its content type. */
  readonly render: (state: MeasuredState) => Promise<{ readonly contentType: string; readonly text: string }>;
}

type Note = (counters: Counters) => void;

/** Milliseconds after the start. */
const loadAfter = 5000;

/**
 * Makes the metrics; disposing of them ends a timer.
 *
 * @param now - milliseconds since 1970
 */
export function createMetrics(now: () => number): Metrics {
  let counters: Counters | undefined;
  let loading: Promise<Counters> | undefined;
  const waiting: Note[] = [];
  const note = (each: Note): void => {
    if (counters === undefined) waiting.push(each);
    else each(counters);
  };
  const load = async (): Promise<Counters> => {
    const { createCounters } = await import("./prometheus.ts");
    counters = createCounters();
    for (const each of waiting.splice(0)) each(counters);
    return counters;
  };
  const timer = setTimeout(() => void (loading ??= load()), loadAfter).unref();
  return {
    request: ({ method, path, status, milliseconds }) =>
      note((to) =>
        to.request({ method: methodOf(method), route: routeOf(path), code: status, seconds: milliseconds / 1000 }),
      ),
    refused: (reason) => note((to) => to.refused(reason)),
    listener: {
      shown: ({ sink, report }: { readonly sink: SinkIdentity; readonly report: SinkReport }) => {
        const at = now();
        note((to) => to.shown({ sink: sink.title, report, at }));
      },
      storeTrouble: ({ code }: Trouble) => note((to) => to.trouble(code)),
      viewTrouble: ({ code }: Trouble) => note((to) => to.trouble(code)),
    },
    watched: (news) => note((to) => to.watched(news)),
    negotiated: (cluster) => note((to) => to.negotiated(cluster)),
    render: async (state) => (await (loading ??= load())).render(state),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"]);

/** Callers must not be able to make as many time series as they like. */
function methodOf(method: string): string {
  return methods.has(method) ? method : "other";
}

const routes: ReadonlySet<string> = new Set(
  "records adjustendpoints domains clusterip targets status names zones adopt healthz readyz metrics events open challenge feeds".split(
    " ",
  ),
);

/** The route of a path, without names of users, clusters and domains. */
export function routeOf(path: string): string {
  const [, watcher, cluster, rest = ""] = /^(\/watchers\/[^/]+)?(\/clusters\/[^/]+)?(.*)$/s.exec(path) ?? [];
  const [, first = "", second = ""] = rest.split("/");
  const base = (watcher === undefined ? "" : watcherRoute) + (cluster === undefined ? "" : clusterRoute);
  if (first === "") return `${base}/`;
  if (!routes.has(first)) return "other";
  return `${base}/${first}${second === "" ? "" : "/:name"}`;
}
