/** `dtk dns-in-cluster`: has the cluster's CoreDNS ask the responder about the managed domains, or no longer. */
import { planForgetting } from "../../dtk/cluster-dns/cluster-dns.ts";
import type { Say } from "../../dtk/installation/intent.ts";
import { lookAtCluster } from "../../dtk/installation/situation.ts";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { openKubernetes } from "../../kubernetes/kubeconfig.ts";
import { printableJSON } from "../../base/printable.ts";
import { confirm } from "../confirm.ts";
import { describeChanges, renderDNSDiff, renderTaught } from "./dns-words.ts";
import { type ClusterGiven, type ClusterSources, readIntent } from "./intent.ts";
import { type PodDNS, changePodDNS, planPodDNS } from "./pod-dns.ts";

type DNSGiven = ClusterGiven & {
  readonly remove: boolean | undefined;
  readonly dryRun: boolean | undefined;
  readonly yes: boolean | undefined;
  readonly quiet: boolean | undefined;
  readonly json: boolean | undefined;
};

/**
 * Plans, asks, and changes the cluster's DNS.
 *
 * @returns the exit code
 * @throws TroubleError
 */
export async function dnsInCluster(given: DNSGiven, sources: ClusterSources): Promise<number> {
  const isDryRun = given.dryRun === true;
  const { api, ...plan } = await planFor(given, sources);
  const { work, told } = plan;
  const isChange = work.changes.length > 0 && !isDryRun;
  if (isChange) {
    if (!(await confirm(`This changes the cluster's DNS: ${describeChanges(work)}.`, given.yes))) return 1;
    await changePodDNS(api, plan);
  }
  if (given.json === true) {
    const { changes, place } = work;
    const result = { changed: isChange, configMap: place?.configMap ?? null, ...told, ...(isDryRun && { changes }) };
    process.stdout.write(`${printableJSON(result, 2)}\n`);
  } else if (isDryRun) process.stdout.write(renderDNSDiff(work));
  else if (given.quiet !== true) process.stdout.write(renderTaught(work, told));
  return 0;
}

async function planFor(given: DNSGiven, sources: ClusterSources): Promise<PodDNS & { readonly api: KubernetesAPI }> {
  const isRemoval = given.remove === true;
  const { intent } = readIntent(given, sources, { isDomainNeeded: !isRemoval });
  if (isRemoval) {
    const api = await openKubernetes(intent.place);
    const told = { domains: [], responder: null, firewall: [] };
    return { api, work: await planForgetting(api), responder: undefined, told };
  }
  const talk: Say = (line) => {
    if (given.quiet !== true) process.stderr.write(`${line}\n`);
  };
  const cluster = await lookAtCluster(intent, talk);
  return { api: cluster.api, ...(await planPodDNS(intent, cluster)) };
}
