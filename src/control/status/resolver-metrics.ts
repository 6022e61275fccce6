/** Metrics of how the system resolver is told our domains, from counts that the wiring keeps itself. */
import { Counter, Gauge, type Registry } from "prom-client";
import { type WiringFacts, isTold } from "../../platform/resolver-wiring.ts";

/**
 * Makes the metrics.
 *
 * @param prefix - of every name
 * @returns what brings them up to date
 */
export function createResolverMetrics(registry: Registry, prefix: string): (facts: WiringFacts) => void {
  const registers = [registry];
  const told = new Gauge({
    name: `${prefix}resolver_told`,
    help: "Whether the system resolver knows what it should; the label says in which way it is told.",
    labelNames: ["way"],
    registers,
  });
  const domains = new Gauge({
    name: `${prefix}resolver_domains`,
    help: "Managed domains by how much of them the system resolver asks this server about.",
    labelNames: ["routing"],
    registers,
  });
  const questions = new Counter({
    name: `${prefix}resolver_questions_total`,
    help: "Questions of a system resolver that asks this server itself, by whether the name is shown.",
    labelNames: ["outcome"],
    registers,
  });
  const repairs = new Counter({
    name: `${prefix}resolver_repairs_total`,
    help: "Times that the system resolver had forgotten what it was told, and was told again.",
    registers,
  });
  return (facts) => {
    for (const each of [told, domains, questions, repairs]) each.reset();
    told.set({ way: facts.way }, isTold(facts) ? 1 : 0);
    for (const { routing } of facts.domains) domains.inc({ routing });
    if (facts.calls !== undefined) {
      questions.inc({ outcome: "answered" }, facts.calls.answered);
      questions.inc({ outcome: "passed" }, facts.calls.passed);
    }
    repairs.inc(facts.repairs);
  };
}
