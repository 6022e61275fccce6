/**
 * Does something answer where names lead, as a browser would come? Else names resolve and pages do not load. In the target
 * mode `record` an address may well be for another protocol, so nothing is said of those.
 */
import { probeAddress, type ProbeResult } from "../../kubernetes/cluster-ip/probe.ts";
import { type Address, parseAddress } from "../../records/address.ts";
import { type Check, type Finding, ok } from "../check.ts";

export const clusterListens: Check = {
  id: "cluster-listens",
  title: "Something answers where names lead",
  needs: ["server-answers"],
  run: async ({ status }) => {
    const clusters = ((await status())?.clusters ?? []).filter(({ targets }) => targets === "cluster");
    const set = clusters.flatMap(({ name, clusterIPs }) =>
      clusterIPs.flatMap((text) => ({ name, address: parseAddress(text) })),
    );
    const probes = set.flatMap(({ name, address }) => (address === undefined ? [] : [probeBoth(name, address)]));
    return judgeListening(await Promise.all(probes));
  },
};

interface Heard {
  /** The server's name for the cluster. */
  readonly cluster: string;
  readonly address: Address;
  readonly http: ProbeResult;
  readonly https: ProbeResult;
}

async function probeBoth(cluster: string, address: Address): Promise<Heard> {
  const [http, https] = await Promise.all([probeAddress(address, [80]), probeAddress(address, [443])]);
  return { cluster, address, http, https };
}

/** Judges each address. */
export function judgeListening(heard: readonly Heard[]): readonly Finding[] {
  if (heard.length === 0) return [ok("No cluster has a cluster IP that could be tried.")];
  return heard.map(judgeOne);
}

function judgeOne({ cluster, address, http, https }: Heard): Finding {
  const open = [http === "open" ? ["80"] : [], https === "open" ? ["443"] : []].flat();
  if (open.length > 0) return ok(`${address} answers on port ${open.join(" and ")}.`);
  if (http === "closed" || https === "closed") {
    const message = `Names of ${cluster} lead to ${address}, where nothing listens on port 80 or 443: they resolve, and no page comes.`;
    const hint =
      "Start an ingress controller that listens there (kind and minikube have theirs to switch on), and see:";
    const command = "kubectl get pods -A";
    return { grade: "warning", code: "cluster-ip-closed", message, hint, command };
  }
  const message = `Names of ${cluster} lead to ${address}, which does not answer at all.`;
  const hint = "Is the cluster's machine running, and is this still its address? See:";
  const command = "kubectl get nodes -o wide";
  return { grade: "problem", code: "cluster-ip-silent", message, hint, command };
}
