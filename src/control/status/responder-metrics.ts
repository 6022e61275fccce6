/** The DNS responder's metrics, from counts that it keeps itself: a count of the library takes a tenth of an answer's time. */
import { Counter, Histogram, type Registry } from "prom-client";
import type { ResponderFacts } from "../../engine/responder.ts";

/**
 * Makes the metrics.
 *
 * @param prefix - of every name
 * @returns what brings them up to date
 */
export function createResponderMetrics(registry: Registry, prefix: string): (facts: ResponderFacts) => void {
  const registers = [registry];
  const queries = new Counter({
    name: `${prefix}dns_queries_total`,
    help: "Queries that the DNS responder answered.",
    labelNames: ["type", "rcode", "transport"],
    registers,
  });
  const drops = new Counter({
    name: `${prefix}dns_drops_total`,
    help: "Packets and connections to the DNS responder that got no answer.",
    labelNames: ["reason"],
    registers,
  });
  const durations = new Durations({
    name: `${prefix}dns_query_duration_seconds`,
    help: "Time from a query to its answer.",
    registers,
  });
  return (facts) => {
    queries.reset();
    for (const { count, ...labels } of facts.queries) queries.inc(labels, count);
    drops.reset();
    for (const [reason, count] of Object.entries(facts.drops)) drops.inc({ reason }, count);
    durations.latency = facts.latency;
  };
}

/** A histogram whose counts come from elsewhere. */
class Durations extends Histogram {
  readonly #about: { readonly name: string; readonly help: string };
  latency: ResponderFacts["latency"] | undefined;

  constructor(about: { readonly name: string; readonly help: string; readonly registers: Registry[] }) {
    super(about);
    this.#about = about;
  }

  /** What the registry asks for when it writes its page, and each other reader through `get`. */
  async getForPromString() {
    const { name } = this.#about;
    const { buckets = [], total = 0, seconds = 0 } = this.latency ?? {};
    const bucket = (le: number | string, value: number) => ({
      metricName: `${name}_bucket`,
      labels: { le },
      sharedLabels: {},
      value,
    });
    const values = [
      ...buckets.map(({ bound, count }) => bucket(bound, count)),
      bucket("+Inf", total),
      { metricName: `${name}_sum`, labels: {}, sharedLabels: {}, value: seconds },
      { metricName: `${name}_count`, labels: {}, sharedLabels: {}, value: total },
    ];
    return { ...this.#about, type: "histogram", values, aggregator: "sum" };
  }
}
