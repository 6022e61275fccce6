/**
 * The real ExternalDNS judges the watcher's translation: both see the same objects, made up at random, in the same API
 * server, and have to agree on every name, type and target, but for the deliberate differences.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { expect, inject, test } from "vitest";
import type { Endpoint } from "../../src/records/endpoint.ts";
import { annotationPrefixes } from "../../src/sources/kubernetes/translate/annotations.ts";
import { mergeTranslations } from "../../src/sources/kubernetes/translate/merge.ts";
import { eventually } from "../cluster/eventually.ts";
import { type Case, type CaseObject, caseOfHost, placeCase } from "../judge/case.ts";
import { type Court, openCourt } from "../judge/court.ts";
import { differences } from "../judge/differences.ts";
import { routeCases } from "../judge/route-cases.ts";
import {
  dnsEndpointCases,
  ingressCases,
  istioCases,
  openShiftRouteCases,
  serviceCases,
  traefikCases,
} from "../judge/simple-cases.ts";
import { type Verdict, compare } from "../judge/verdict.ts";

/** To repeat a run that failed, set the seed that its title has. */
const seed = Number(process.env["JUDGE_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const amount = Number(process.env["JUDGE_CASES"] ?? 300);
/** Cases in the cluster at a time. */
const batchSize = 250;
/** From so many cases on, every deliberate difference is seen. */
const enoughForAll = 2000;

const cases = fc.oneof(
  { weight: 8, arbitrary: routeCases },
  { weight: 3, arbitrary: istioCases },
  { weight: 2, arbitrary: ingressCases },
  { weight: 2, arbitrary: serviceCases },
  { weight: 2, arbitrary: dnsEndpointCases },
  { weight: 1, arbitrary: traefikCases },
  { weight: 1, arbitrary: openShiftRouteCases },
);

const nodes = [
  nodeOf("one", { InternalIP: "192.0.2.11", Hostname: "one" }),
  nodeOf("two", { InternalIP: "192.0.2.12", ...(seed % 2 === 0 ? { ExternalIP: "198.51.100.12" } : {}) }),
  nodeOf("three", { InternalIP: "192.0.2.13", ExternalIP: "198.51.100.13" }, true),
];

const { built } = inject("cluster");

test.skipIf(!built)(`${amount} cases with the seed ${seed}`, { timeout: 3_600_000 }, async () => {
  await using court = await openCourt(nodes);
  const placed = fc
    .sample(cases, { seed, numRuns: amount })
    .map((each, index) => placeCase(each, index, prefixOf(index)));
  const seen = new Map(differences.map(({ row }) => [row, 0]));
  let records = 0;
  for (let start = 0; start < placed.length; start += batchSize) {
    const batch = new Map([...placed.entries()].slice(start, start + batchSize));
    const { verdicts, endpoints } = await judge(court, batch);
    records += endpoints;
    for (const [row, times] of verdicts.flatMap(({ explained }) => [...explained]))
      seen.set(row, (seen.get(row) ?? 0) + times);
  }
  console.log(`${records} records of ${amount} cases are equal, but for`, Object.fromEntries(seen));
  expect(records).toBeGreaterThan(amount);
  if (amount >= enoughForAll) expect([...seen].filter(([, times]) => times === 0)).toEqual([]);
});

/** Creates the objects of a batch, compares before and after the controllers have accepted them, and removes them. */
async function judge(
  court: Court,
  batch: ReadonlyMap<number, Case>,
): Promise<{ readonly verdicts: readonly Verdict[]; readonly endpoints: number }> {
  const objects = await court.create([...batch.values()].flatMap(({ objects: all }) => all));
  await court.setStatus(objects, ({ status }: CaseObject) => status);
  const before = await court.translate();
  // What ExternalDNS shows is shown, whatever the controllers have said so far; the watcher shows more.
  await eventually(() => {
    const theirs = verdictsOf(
      court,
      before.flatMap(({ endpoints }) => endpoints),
      batch,
    );
    return expectNothing(theirs, "ExternalDNS");
  }, patience);
  await court.setStatus(objects, ({ status, acceptedStatus }) =>
    acceptedStatus === status ? undefined : acceptedStatus,
  );
  const after = await court.translate();
  // A yes adds nothing.
  expect(mergeTranslations(after)).toEqual(mergeTranslations(before));
  const all = after.flatMap(({ endpoints }) => endpoints);
  const verdicts = await eventually(() => {
    const both = verdictsOf(court, all, batch);
    expectNothing(both, "ExternalDNS");
    expectNothing(both, "watcher");
    return both;
  }, patience);
  await court.remove(objects);
  await eventually(() => {
    for (const [, endpoints] of court.endpoints()) assert(endpoints.length === 0, "ExternalDNS still has records");
  }, patience);
  return { verdicts, endpoints: mergeTranslations(after).length };
}

const patience = { timeoutMs: 60_000, intervalMs: 500 };

/** Every ExternalDNS judges the cases that have its prefix. */
function verdictsOf(court: Court, ours: readonly Endpoint[], batch: ReadonlyMap<number, Case>): readonly Verdict[] {
  return court.endpoints().map(([prefix, theirs]) => {
    const isJudged = ({ dnsName = "" }: Endpoint): boolean =>
      prefixOf(caseOfHost(dnsName.toLowerCase().replace(/\.$/, "")) ?? -1) === prefix;
    return compare(ours.filter(isJudged), theirs.filter(isJudged), batch);
  });
}

function expectNothing(verdicts: readonly Verdict[], side: "ExternalDNS" | "watcher"): void {
  const mistakes = verdicts.flatMap(({ unexplained }) => unexplained.filter((finding) => finding.side === side));
  const [first] = mistakes;
  if (first === undefined) return;
  const { of, ...finding } = first;
  throw new Error(`${mistakes.length} records differ, as ${JSON.stringify(finding)} of ${JSON.stringify(of, null, 1)}`);
}

function prefixOf(index: number): string {
  return annotationPrefixes[index % 2 === 0 ? 1 : 0];
}

function nodeOf(name: string, addresses: Readonly<Record<string, string>>, unschedulable = false): object {
  const status = { addresses: Object.entries(addresses).map(([type, address]) => ({ type, address })) };
  return { metadata: { name }, spec: { unschedulable }, status };
}
