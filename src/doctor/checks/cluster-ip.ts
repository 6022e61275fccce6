/** Is the cluster IP still an address of the cluster? A kind node has another one after a reboot. */
import { type ClusterIPChoice, chooseClusterIP } from "../../kubernetes/cluster-ip/choice.ts";
import { findCandidates } from "../../kubernetes/cluster-ip/candidate.ts";
import { probeAddress } from "../../kubernetes/cluster-ip/probe.ts";
import { type Address, parseAddress } from "../../records/address.ts";
import type { Status } from "../../contract/status.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { type ServerCluster, curlWords, lookAtChain, lookAtFacts, methodURL } from "../looks/cluster-looks.ts";

export const clusterIP: Check = {
  id: "cluster-ip",
  title: "The cluster IP is the cluster's",
  needs: ["server-answers", "external-dns-installed"],
  run: async (desktop) => {
    const [{ status, cluster }, facts] = await Promise.all([desktop.once(lookAtChain), desktop.once(lookAtFacts)]);
    if (cluster === undefined || cluster.targets !== "cluster") return [ok("No name needs a cluster IP.")];
    const candidates = findCandidates(facts).map(({ address }) => address);
    const set = cluster.clusterIPs.flatMap((text) => parseAddress(text) ?? []);
    const isAnswering = (await Promise.all(set.map(async (address) => probeAddress(address)))).includes("open");
    const choice = await chooseClusterIP(findCandidates(facts), probeAddress);
    return [judgeClusterIP({ cluster, set, candidates, isAnswering, choice, status, desktop })];
  },
};

export interface ClusterIPFacts {
  readonly cluster: ServerCluster;
  /** What the server has. */
  readonly set: readonly Address[];
  /** What the cluster has. */
  readonly candidates: readonly Address[];
  /** Whether something answers on port 80 or 443 of what the server has. */
  readonly isAnswering: boolean;
  /** What would be chosen now. */
  readonly choice: ClusterIPChoice | undefined;
  readonly status: Status | undefined;
  readonly desktop: Pick<Desktop, "port">;
}

/** Judges the cluster IP. An address that answers is right, no matter what has it. */
export function judgeClusterIP(facts: ClusterIPFacts): Finding {
  const { cluster, set, candidates, isAnswering, status, desktop } = facts;
  if (set.length === 0) return ok(`${cluster.name} has no cluster IP yet, of which the server tells.`);
  if (isAnswering || set.some((address) => candidates.includes(address))) {
    return ok(`The cluster IP ${set.join(", ")} is right.`);
  }
  const now = addressNow(facts);
  const url = methodURL(desktop, cluster.name, "clusterip");
  const message = `Names lead to ${set.join(", ")}, which no node of the cluster has any more${now === undefined ? "" : `; it is at ${now}`}.`;
  const isPlain = now !== undefined && status?.server.tokenRequired === false;
  return {
    grade: "problem",
    code: "cluster-ip-moved",
    message,
    hint: "Let names lead there:",
    command: `${curlWords(status)} -d ${now ?? "ADDRESS"} ${url}`,
    ...(isPlain && { fix: { commands: [["curl", "-sS", "-d", now, url]], needsRoot: false } }),
  };
}

/** Where somebody listens, else the first address that the cluster says of itself. */
function addressNow({ choice, candidates }: ClusterIPFacts): string | undefined {
  if (choice?.isListening === true) return choice.clusterIPs.join(",");
  return candidates.find((address) => address !== "127.0.0.1");
}
