/** Every metric with its name, by the conventions of Prometheus (prometheus.io/docs/practices/naming). */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { SinkReport } from "../../engine/sink.ts";
import type { DenialReason } from "../../http/verdict.ts";
import type { Status } from "../../contract/status.ts";
import type { WatchNews } from "../../contract/watcher.ts";
import { buckets, createWatchCounters } from "./watch-counters.ts";
import type { ResponderFacts } from "../../engine/responder.ts";
import type { WiringFacts } from "../../platform/resolver-wiring.ts";
import type { EveryReason } from "./not-shown.ts";
import { createResolverMetrics } from "./resolver-metrics.ts";
import { createTeamGauges, setTeamGauges } from "./team-metrics.ts";
import { createTeamServerGauges, setTeamServerGauges } from "./team-server-metrics.ts";
import { createResponderMetrics } from "./responder-metrics.ts";

/** What is measured when somebody asks. */
export interface MeasuredState extends EveryReason {
  readonly status: Status;
  /** Whole, where the status has the first ones. */
  readonly leftOut: EveryReason["notShown"];
  /** Absent while the DNS responder is off. */
  readonly responder?: ResponderFacts | undefined;
  /** Absent while the system resolver is left alone. */
  readonly wiring?: WiringFacts | undefined;
  /** Desktops that follow; absent where none may. */
  readonly followers?: number | undefined;
}

export interface Counters {
  readonly request: (facts: {
    readonly method: string;
    readonly route: string;
    readonly code: number;
    readonly seconds: number;
  }) => void;
  readonly refused: (reason: DenialReason) => void;
  readonly shown: (event: {
    /** Its title. */
    readonly sink: string;
    readonly report: SinkReport;
    /** Milliseconds since 1970. */
    readonly at: number;
  }) => void;
  readonly trouble: (code: string) => void;
  /** ExternalDNS of a cluster asked for the domains. */
  readonly negotiated: (cluster: string) => void;
  /** What happened in the clusters that are watched. */
  readonly watched: (news: WatchNews) => void;
  readonly render: (state: MeasuredState) => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly registry: Registry;
}

const prefix = "hostsfile_server_";

/** Makes the counters, all zero. */
export function createCounters(): Counters {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> =>
    new Counter({ name: prefix + name, help, labelNames: [...labelNames], registers });
  const requests = counter("http_requests_total", "Requests answered.", ["method", "route", "code"]);
  const durations = new Histogram({
    name: `${prefix}http_request_duration_seconds`,
    help: "Time from a request to its answer.",
    labelNames: ["route"],
    buckets,
    registers,
  });
  const refused = counter("refused_requests_total", "Requests that the guard refused.", ["reason"]);
  const writes = counter("sink_writes_total", "Times that a sink was brought up to date, or could not be.", [
    "sink",
    "method",
    "outcome",
  ]);
  const repairs = counter("sink_repairs_total", "Times that our lines were put back after others damaged them.", [
    "sink",
  ]);
  const negotiations = counter("negotiations_total", "Times that ExternalDNS asked for the domains.", ["cluster"]);
  const troubles = counter("troubles_total", "Troubles of store and sinks.", ["code"]);
  const lastSuccess = new Gauge({
    name: `${prefix}sink_last_success_timestamp_seconds`,
    help: "When a sink was last found or brought up to date.",
    labelNames: ["sink"],
    registers,
  });
  const watch = createWatchCounters(registers);
  const setGauges = createGauges(registry);
  const setResponderMetrics = createResponderMetrics(registry, prefix);
  const setResolverMetrics = createResolverMetrics(registry, prefix);
  const followers = new Gauge({
    name: "hostsfile_team_followers",
    help: "Desktops that follow this team server.",
    registers,
  });
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    request: ({ method, route, code, seconds }) => {
      requests.inc({ method, route, code });
      durations.observe({ route }, seconds);
    },
    refused: (reason) => refused.inc({ reason }),
    shown: ({ sink, report, at }) => {
      if (!report.ok) {
        troubles.inc({ code: report.trouble.code });
        writes.inc({ sink, method: "none", outcome: "failed" });
        return;
      }
      lastSuccess.set({ sink }, at / 1000);
      if (report.method !== "unchanged") writes.inc({ sink, method: report.method, outcome: "written" });
      if (report.isRepaired === true) repairs.inc({ sink });
    },
    trouble: (code) => troubles.inc({ code }),
    negotiated: (cluster) => negotiations.inc({ cluster }),
    watched: watch,
    render: async (state) => {
      setGauges(state);
      if (state.responder !== undefined) setResponderMetrics(state.responder);
      if (state.wiring !== undefined) setResolverMetrics(state.wiring);
      if (state.followers !== undefined) followers.set(state.followers);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** What the status says, as numbers. */
function createGauges(registry: Registry): (state: MeasuredState) => void {
  const registers = [registry];
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> =>
    new Gauge({ name: prefix + name, help, labelNames: [...labelNames], registers });
  const build = gauge("build_info", "Always 1; the label says which version runs.", ["version"]);
  const ready = gauge("ready", "Whether the saved records can be used and every sink shows the current view.", []);
  const records = gauge("records", "Stored records, ownership records included.", ["cluster", "type"]);
  const shown = gauge("names_shown", "Names shown.", ["cluster"]);
  const notShown = gauge("names_not_shown", "Stored records that cannot be shown.", ["cluster", "reason"]);
  const leftOut = gauge("endpoints_left_out", "Endpoints that ExternalDNS offered and that were not taken.", [
    "cluster",
    "reason",
  ]);
  const conflicts = gauge("sink_conflicts", "Names that the user's own lines define.", ["sink"]);
  const sinkShown = gauge("sink_names_shown", "Names that a sink shows.", ["sink"]);
  const sinkRefused = gauge("sink_names_refused", "What a sink cannot show, though another may.", ["sink", "reason"]);
  const heard = gauge("last_heard_timestamp_seconds", "When ExternalDNS called last.", ["cluster"]);
  const negotiated = gauge("last_negotiation_timestamp_seconds", "When ExternalDNS asked for the domains.", [
    "cluster",
  ]);
  const attention = gauge("attention", "What needs attention, as in the status.", ["code"]);
  const connected = new Gauge({
    name: "hostsfile_watch_connected",
    help: "Whether a cluster that is watched is followed live.",
    labelNames: ["cluster"],
    registers,
  });
  const teams = createTeamGauges(registers);
  const teamServer = createTeamServerGauges(registers);
  const labelled = [
    ...Object.values(teams),
    ...Object.values(teamServer),
    connected,
    build,
    records,
    shown,
    notShown,
    leftOut,
    conflicts,
    sinkShown,
    sinkRefused,
    heard,
    negotiated,
    attention,
  ];
  return ({ status, ...refused }) => {
    for (const each of labelled) each.reset();
    build.set({ version: status.server.version }, 1);
    ready.set(status.server.ready ? 1 : 0);
    for (const { name: cluster, lastHeard, negotiation, shown: count, records: byType, watch } of status.clusters) {
      if (watch !== undefined) connected.set({ cluster }, watch.state === "live" ? 1 : 0);
      for (const [type, amount] of Object.entries(byType)) records.set({ cluster, type }, amount);
      shown.set({ cluster }, count);
      if (lastHeard !== null) heard.set({ cluster }, Date.parse(lastHeard) / 1000);
      if (negotiation !== null) negotiated.set({ cluster }, Date.parse(negotiation.at) / 1000);
    }
    for (const { labels, count } of tally(refused.notShown)) notShown.set(labels, count);
    for (const { labels, count } of tally(refused.leftOut)) leftOut.set(labels, count);
    for (const { labels, count } of tally(refused.refused)) sinkRefused.set(labels, count);
    for (const { name: sink, conflicts: found, shown: names = 0 } of status.sinks) {
      conflicts.set({ sink }, found.total);
      sinkShown.set({ sink }, names);
    }
    setTeamGauges(teams, status);
    setTeamServerGauges(teamServer, status);
    for (const { code } of status.attention) attention.inc({ code });
  };
}

/** Counted first, since the library takes a microsecond for each time that it is told of one. */
function tally<Labels extends Readonly<Record<string, string>>>(
  reasons: readonly Labels[],
): Iterable<{ readonly labels: Labels; readonly count: number }> {
  const counts = new Map<string, { readonly labels: Labels; count: number }>();
  for (const labels of reasons) {
    const key = Object.values(labels).join(" ");
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { labels, count: 1 });
    else known.count += 1;
  }
  return counts.values();
}
