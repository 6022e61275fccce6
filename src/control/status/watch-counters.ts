/** What watchers report, counted. */
import { Counter, Histogram, type Registry } from "prom-client";
import type { WatchNews } from "../../contract/watcher.ts";

/** Seconds; one name added takes some milliseconds, and ExternalDNS gives up after 5 s. */
export const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

const watchPrefix = "hostsfile_watch_";

/** Kinds of which events are counted one by one: what a watcher may name must not become any number of time series. */
const mostKinds = 32;

/** Makes the counters; what is returned counts the news of a report. */
export function createWatchCounters(registers: Registry[]): (news: WatchNews) => void {
  const events = new Counter({
    name: `${watchPrefix}events_total`,
    help: "Changes of objects that the APIs of clusters told.",
    labelNames: ["cluster", "kind"],
    registers,
  });
  const relists = new Counter({
    name: `${watchPrefix}relists_total`,
    help: "Times that the objects of a kind were listed anew.",
    labelNames: ["reason"],
    registers,
  });
  const eventToLine = new Histogram({
    name: `${watchPrefix}event_to_line_seconds`,
    help: "Time from a change in a cluster until its lines were there.",
    buckets,
    registers,
  });
  const kinds = new Set<string>();
  const kindOf = (kind: string): string => {
    if (kinds.size < mostKinds) kinds.add(kind);
    return kinds.has(kind) ? kind : "other";
  };
  return (news) => {
    for (const { cluster, kind, count } of news.events) events.inc({ cluster, kind: kindOf(kind) }, count);
    for (const { reason, count } of news.relists) relists.inc({ reason }, count);
    for (const seconds of news.seconds) eventToLine.observe(seconds);
  };
}
