/** Chooses the cluster IP among the candidates by trying them in order, and keeps why as data. */
import { type Address, familyOf } from "../../records/address.ts";
import type { Candidate } from "./candidate.ts";
import type { Probe, ProbeResult } from "./probe.ts";

interface Tried extends Candidate {
  readonly result: ProbeResult;
}

export interface ClusterIPChoice {
  /** One address, or one of each family that the same source has, IPv4 first. */
  readonly clusterIPs: readonly Address[];
  /** In words, as in `the control-plane node kind-control-plane`. */
  readonly source: string;
  /** Whether somebody listens there; without it the address is a guess until an ingress controller runs. */
  readonly isListening: boolean;
  readonly tried: readonly Tried[];
}

/**
 * Chooses: the first address where somebody listens; else the first whose machine at least answers; 127.0.0.1 only where
 * no other answers, since what listens there may well be the desktop's own. All are tried at once and waited for in
 * order, so that silent ones behind the chosen one cost nothing.
 *
 * @returns undefined without candidates
 */
export async function chooseClusterIP(
  candidates: readonly Candidate[],
  probe: Probe,
): Promise<ClusterIPChoice | undefined> {
  const answers = candidates.map(async (candidate): Promise<Tried> => {
    return { ...candidate, result: await probe(candidate.address) };
  });
  const tried = await waitInOrder(answers);
  const others = tried.filter(({ address }) => address !== loopback);
  const best = others.find(isOpen) ?? others.find(({ result }) => result === "closed") ?? tried.at(-1);
  if (best === undefined) return undefined;
  const isAsGood = (other: Tried): boolean => other.result === best.result && other.source === best.source;
  const otherFamily = tried.find((other) => isAsGood(other) && familyOf(other.address) !== familyOf(best.address));
  const clusterIPs = [best.address, ...(otherFamily === undefined ? [] : [otherFamily.address])];
  return {
    clusterIPs: clusterIPs.toSorted((left, right) => familyOf(left).localeCompare(familyOf(right))),
    source: best.source,
    isListening: isOpen(best),
    tried,
  };
}

const loopback = "127.0.0.1";

/** Stops at the source behind the first one that listens. */
async function waitInOrder(answers: readonly Promise<Tried>[]): Promise<readonly Tried[]> {
  const tried: Tried[] = [];
  let source: string | undefined;
  for (const answer of answers) {
    const one = await answer;
    if (source !== undefined && one.source !== source) return tried;
    tried.push(one);
    if (isOpen(one) && one.address !== loopback) source ??= one.source;
  }
  return tried;
}

function isOpen({ result }: Tried): boolean {
  return result === "open";
}

const words: Readonly<Record<ProbeResult, string>> = {
  open: "listens on port 80 or 443",
  closed: "is there, but nothing listens on port 80 or 443",
  silent: "does not answer",
};

/** The choice as sentences, the chosen one first. */
export function explainChoice({ clusterIPs, source, tried }: ClusterIPChoice): readonly string[] {
  const others = tried.filter(({ address }) => !clusterIPs.includes(address));
  const chosen = tried.find(({ address }) => clusterIPs.includes(address));
  return [
    `${clusterIPs.join(",")}: ${source}${chosen === undefined ? "" : `; it ${words[chosen.result]}`}`,
    ...others.map((other) => `not ${other.address}: ${other.source}; it ${words[other.result]}`),
  ];
}
