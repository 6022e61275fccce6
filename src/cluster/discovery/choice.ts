/** Chooses the cluster IP among the candidates by trying them in order, and keeps why as data. */
import { type Address, familyOf } from "../../records/address.ts";
import type { Candidate } from "./candidate.ts";
import type { Probe, ProbeResult } from "./probe.ts";

export interface Tried extends Candidate {
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
 * Chooses: the first source with an address where somebody listens; else the first where the machine at least answers;
 * else the first of all. All are tried at once, so that silent ones cost one wait.
 *
 * @returns undefined without candidates
 */
export async function chooseClusterIP(
  candidates: readonly Candidate[],
  probe: Probe,
): Promise<ClusterIPChoice | undefined> {
  const tried = await Promise.all(
    candidates.map(async (candidate): Promise<Tried> => ({ ...candidate, result: await probe(candidate.address) })),
  );
  const best = tried.find(isOpen) ?? tried.find(({ result }) => result === "closed") ?? tried[0];
  if (best === undefined) return undefined;
  const isAsGood = (other: Tried): boolean => other.result === best.result;
  const sameSource = tried.filter((other) => other.source === best.source && isAsGood(other));
  const otherFamily = sameSource.find(({ address }) => familyOf(address) !== familyOf(best.address));
  const clusterIPs = [best.address, ...(otherFamily === undefined ? [] : [otherFamily.address])];
  return {
    clusterIPs: clusterIPs.toSorted((left, right) => familyOf(left).localeCompare(familyOf(right))),
    source: best.source,
    isListening: isOpen(best),
    tried,
  };
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
