/** Compares what both sides make of the same objects, name by name and type by type. */
import { type Endpoint, recordKey } from "../../src/records/endpoint.ts";
import { type Case, caseOfHost } from "./case.ts";
import { type Finding, differences } from "./differences.ts";

/** Targets by name and type. */
type Records = ReadonlyMap<string, ReadonlySet<string>>;

export interface Verdict {
  /** What no deliberate difference explains. */
  readonly unexplained: readonly Finding[];
  /** How often each deliberate difference was seen. */
  readonly explained: ReadonlyMap<string, number>;
}

/**
 * Compares two sets of endpoints.
 *
 * @param cases - by their numbers
 */
export function compare(
  watcher: readonly Endpoint[],
  externalDNS: readonly Endpoint[],
  cases: ReadonlyMap<number, Case>,
): Verdict {
  const [ours, theirs] = [recordsOf(watcher), recordsOf(externalDNS)];
  const findings = [...missing("watcher", ours, theirs, cases), ...missing("ExternalDNS", theirs, ours, cases)];
  const explained = new Map<string, number>();
  const unexplained = findings.filter((finding) => {
    const difference = differences.find(({ side, explains }) => side === finding.side && explains(finding));
    if (difference === undefined) return true;
    explained.set(difference.row, (explained.get(difference.row) ?? 0) + 1);
    return false;
  });
  return { unexplained, explained };
}

function recordsOf(endpoints: readonly Endpoint[]): Records {
  const records = new Map<string, Set<string>>();
  for (const endpoint of endpoints) {
    const { name, type } = recordKey(endpoint);
    const key = JSON.stringify([name, type]);
    const targets = records.get(key) ?? new Set<string>();
    for (const target of endpoint.targets ?? []) targets.add(target);
    records.set(key, targets);
  }
  return records;
}

/** What is on one side alone. */
function missing(side: Finding["side"], here: Records, there: Records, cases: ReadonlyMap<number, Case>): Finding[] {
  return [...here].flatMap(([key, targets]) => {
    const others = there.get(key);
    const left = [...targets].filter((target) => others?.has(target) !== true);
    if (others !== undefined && left.length === 0) return [];
    const [name, type] = JSON.parse(key) as readonly [string, string];
    return [{ side, name, type, targets: left, of: cases.get(caseOfHost(name) ?? -1) }];
  });
}
