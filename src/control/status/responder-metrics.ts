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
  latency: ResponderFacts["latency"] | undefined;

  override async get() {
    const made = await super.get();
    const { name } = made;
    if (this.latency === undefined) return { ...made, values: [] };
    const { buckets, total, seconds } = this.latency;
    const bucket = (le: number | string, value: number) => ({
      metricName: `${name}_bucket`,
      labels: { le },
      value,
      exemplar: null,
    });
    const values = [
      ...buckets.map(({ bound, count }) => bucket(bound, count)),
      bucket("+Inf", total),
      { metricName: `${name}_sum`, labels: {}, value: seconds },
      { metricName: `${name}_count`, labels: {}, value: total },
    ];
    return { ...made, values };
  }
}
