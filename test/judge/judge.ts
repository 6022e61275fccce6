/** Lets the real ExternalDNS judge the watcher's translation of cases made up at random. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Endpoint } from "../../src/records/endpoint.ts";
import { annotationPrefixes } from "../../src/sources/kubernetes/translate/annotations.ts";
import type { Translation } from "../../src/sources/kubernetes/translate/kind.ts";
import { mergeTranslations } from "../../src/sources/kubernetes/translate/merge.ts";
import { eventually } from "../cluster/eventually.ts";
import { type Case, caseOfHost, placeCase } from "./case.ts";
import { type Court, openCourt } from "./court.ts";
import { differences } from "./differences.ts";
import { routeCases } from "./route-cases.ts";
import {
  dnsEndpointCases,
  ingressCases,
  istioCases,
  openShiftRouteCases,
  serviceCases,
  traefikCases,
} from "./simple-cases.ts";
import { type Verdict, compare } from "./verdict.ts";

export interface Report {
  /** Objects that the API server took. */
  readonly objects: number;
  /** Records that the watcher makes of them, those of names without a target included. */
  readonly records: number;
  /** Names that have no target, which ExternalDNS passes over. */
  readonly withoutTarget: number;
  /** How often each deliberate difference was seen. */
  readonly seen: ReadonlyMap<string, number>;
}

/** Cases in the cluster at a time. */
const batchSize = 250;

const betweenLooks = { intervalMs: 500 };

const cases = fc.oneof(
  { weight: 8, arbitrary: routeCases },
  { weight: 3, arbitrary: istioCases },
  { weight: 2, arbitrary: ingressCases },
  { weight: 2, arbitrary: serviceCases },
  { weight: 2, arbitrary: dnsEndpointCases },
  { weight: 1, arbitrary: traefikCases },
  { weight: 1, arbitrary: openShiftRouteCases },
);

/**
 * Judges.
 *
 * @param given - `amount` of cases
 * @throws an error with the record and its case when both differ in a way that is not deliberate
 */
export async function judgeCases(given: { readonly seed: number; readonly amount: number }): Promise<Report> {
  const { seed, amount } = given;
  await using court = await openCourt(nodesBy(seed));
  const placed = fc
    .sample(cases, { seed, numRuns: amount })
    .map((each, index) => [index, placeCase(each, index, prefixOf(index))] as const);
  const seen = new Map(differences.map(({ row }) => [row, 0]));
  const sums = { objects: 0, records: 0, withoutTarget: 0 };
  for (let start = 0; start < amount; start += batchSize) {
    const batch = await judgeBatch(court, new Map(placed.slice(start, start + batchSize)));
    sums.objects += batch.objects;
    sums.records += mergeTranslations(batch.translations).length;
    sums.withoutTarget += batch.translations.flatMap(({ withoutTarget }) => withoutTarget).length;
    for (const [row, times] of batch.verdicts.flatMap(({ explained }) => [...explained]))
      seen.set(row, (seen.get(row) ?? 0) + times);
  }
  return { ...sums, seen };
}

interface Batch {
  readonly objects: number;
  readonly translations: readonly Translation[];
  readonly verdicts: readonly Verdict[];
}

/** Creates the objects of a batch, compares before and after the controllers have accepted them, and removes them. */
async function judgeBatch(court: Court, batch: ReadonlyMap<number, Case>): Promise<Batch> {
  return runBatch(court, batch).catch((error: unknown) => {
    throw new Error(`ExternalDNS said last: ${court.log()}`, { cause: error });
  });
}

async function runBatch(court: Court, batch: ReadonlyMap<number, Case>): Promise<Batch> {
  const objects = await court.create([...batch.values()].flatMap((each) => each.objects));
  await court.setStatus(objects, ({ status }) => status);
  const before = await court.translate();
  // What ExternalDNS shows is shown, whatever the controllers have said so far; the watcher shows more.
  await eventually(() => expectNone(verdictsOf(court, before, batch), "ExternalDNS"), betweenLooks);
  await court.setStatus(objects, ({ status, acceptedStatus }) =>
    acceptedStatus === status ? undefined : acceptedStatus,
  );
  const translations = await court.translate();
  assert.deepEqual(
    mergeTranslations(translations),
    mergeTranslations(before),
    "a yes in a status adds or takes a name",
  );
  const verdicts = await eventually(() => {
    const both = verdictsOf(court, translations, batch);
    expectNone(both, "ExternalDNS");
    expectNone(both, "watcher");
    return both;
  }, betweenLooks);
  // In this order no Gateway of Istio is ever without the Ingress that it names, for which ExternalDNS would end.
  await court.remove(objects.toReversed());
  await eventually(() => {
    const left = court.endpoints().flatMap(([, endpoints]) => endpoints);
    assert(left.length === 0, `ExternalDNS still has ${JSON.stringify(left[0])}`);
  }, betweenLooks);
  return { objects: objects.length, translations, verdicts };
}

/** Each ExternalDNS judges the cases that have its prefix. */
function verdictsOf(
  court: Court,
  translations: readonly Translation[],
  batch: ReadonlyMap<number, Case>,
): readonly Verdict[] {
  const ours = translations.flatMap(({ endpoints }) => endpoints);
  return court.endpoints().map(([prefix, theirs]) => {
    const isJudged = ({ dnsName = "" }: Endpoint): boolean => prefixOf(caseOfHost(dnsName) ?? -1) === prefix;
    return compare(ours.filter(isJudged), theirs.filter(isJudged), batch);
  });
}

function expectNone(verdicts: readonly Verdict[], side: "ExternalDNS" | "watcher"): void {
  const mistakes = verdicts.flatMap(({ unexplained }) => unexplained.filter((finding) => finding.side === side));
  const [first] = mistakes;
  if (first === undefined) return;
  const { of, ...finding } = first;
  throw new Error(`${mistakes.length} records differ, as ${JSON.stringify(finding)} of ${JSON.stringify(of, null, 1)}`);
}

function prefixOf(index: number): string {
  return annotationPrefixes[index % 2 === 0 ? 1 : 0];
}

/** One that has no external address, one that has in every other run, and one that takes no pods. */
function nodesBy(seed: number): readonly object[] {
  const external = seed % 2 === 0 ? { ExternalIP: "198.51.100.12" } : {};
  return [
    nodeOf("one", { InternalIP: "192.0.2.11", Hostname: "one" }),
    nodeOf("two", { InternalIP: "192.0.2.12", ...external }),
    nodeOf("three", { InternalIP: "192.0.2.13", ExternalIP: "198.51.100.13" }, true),
  ];
}

function nodeOf(name: string, addresses: Readonly<Record<string, string>>, unschedulable = false): object {
  const status = { addresses: Object.entries(addresses).map(([type, address]) => ({ type, address })) };
  return { metadata: { name }, spec: { unschedulable }, status };
}
