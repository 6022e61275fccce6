/** Looks at everything before anything is done: the server, the cluster, what is installed, and what follows from it. */
import type { Status } from "../../contract/status.ts";
import type { ClusterSettings } from "../../records/cluster.ts";
import { TroubleError } from "../../base/trouble.ts";
import { findCandidates, nodeAddresses } from "../../kubernetes/cluster-ip/candidate.ts";
import { type ClusterIPChoice, chooseClusterIP } from "../../kubernetes/cluster-ip/choice.ts";
import { type ClusterFacts, readClusterFacts } from "../../kubernetes/facts.ts";
import { type HostIPChoice, chooseHostIP, lookUpRoute } from "../discovery/host-ip.ts";
import { askHypervisor } from "../discovery/machine.ts";
import { type Probe, probeAddress } from "../../kubernetes/cluster-ip/probe.ts";
import { type TargetModeChoice, chooseTargetMode } from "../../kubernetes/cluster-ip/target-choice.ts";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { openKubernetes } from "../../kubernetes/kubeconfig.ts";
import { readClusterUID } from "../../kubernetes/cluster-uid.ts";
import { type NamespaceState, readRecord } from "../release/record.ts";
import { readToken } from "../release/secret.ts";
import { type Workload, readRevision, readWorkload } from "../release/workload.ts";
import type { Server } from "../../client/server.ts";
import type { Intent, Say } from "./intent.ts";
import { type Watch, findWatch } from "./watch.ts";
import { locateServer, requireServerAt } from "./locate-server.ts";

/** What is in the cluster of the release. */
export interface Installed {
  readonly namespace: NamespaceState;
  readonly token: string | undefined;
  readonly revision: Awaited<ReturnType<typeof readRevision>>;
  readonly workload: Workload;
}

/** What the cluster says, before anything is asked of the server. */
export interface ClusterView {
  readonly api: KubernetesAPI;
  /** Tells the cluster from others; undefined where the user may not read it. */
  readonly uid: string | undefined;
  readonly facts: ClusterFacts;
  readonly installed: Installed;
}

/** The cluster and what the server has of it. */
export interface ClusterAtServer extends ClusterView {
  readonly server: Server;
  readonly status: Status;
  readonly clusterIP: ClusterIPChoice;
  /** The watcher that feeds the cluster now. */
  readonly watch: Watch | undefined;
}

/** Everything that an installation depends on. */
export interface Situation extends ClusterAtServer {
  /** The desktop as the cluster sees it. */
  readonly host: HostIPChoice;
  readonly targets: TargetModeChoice;
  /** What the server should have for the cluster. */
  readonly settings: ClusterSettings;
}

/**
 * Looks at cluster and server, and changes nothing. The server's absence is reported first, before the cluster is waited for.
 *
 * @throws TroubleError (exit 3) when server or cluster cannot be used
 */
export async function lookAtCluster(intent: Intent, say: Say): Promise<ClusterAtServer> {
  const viewing = viewCluster(intent);
  viewing.catch(() => undefined);
  const server = await locateServer(intent, say);
  const [view, status] = await Promise.all([viewing, server.status()]);
  const clusterIP = await findClusterIP(intent, view.facts, probeAddress);
  const watch = findWatch(status.clusters, { uid: view.uid, server: view.api.server });
  return { ...view, server, status, clusterIP, watch };
}

/**
 * Looks at everything that an installation depends on, and changes nothing.
 *
 * @throws TroubleError (exit 3) as {@link lookAtCluster}, and when the cluster would not reach the server
 */
export async function lookAround(intent: Intent, say: Say): Promise<Situation> {
  const cluster = await lookAtCluster(intent, say);
  const { clusterIP, facts } = cluster;
  const host = await requireHost(intent, cluster);
  const targets: TargetModeChoice =
    intent.targets === "auto"
      ? chooseTargetMode(facts, clusterIP.clusterIPs)
      : { targets: intent.targets, reason: "as configured" };
  const settings = { clusterIPs: clusterIP.clusterIPs, domains: intent.domains, targets: targets.targets };
  return { ...cluster, host, targets, settings };
}

/** Looks at the cluster. */
export async function viewCluster({ place }: Pick<Intent, "place">): Promise<ClusterView> {
  const api = await openKubernetes(place);
  const [uid, facts, namespace, token, revision, workload] = await Promise.all([
    readClusterUID(api),
    readClusterFacts(api),
    readRecord(api),
    readToken(api),
    readRevision(api),
    readWorkload(api),
  ]);
  return { api, uid, facts, installed: { namespace, token, revision, workload } };
}

/** The cluster IP as given, else as found. */
async function findClusterIP(
  { clusterIPs, virtualization, firstVM }: Pick<Intent, "clusterIPs" | "virtualization" | "firstVM">,
  facts: ClusterFacts,
  probe: Probe,
): Promise<ClusterIPChoice> {
  if (clusterIPs !== undefined) return { clusterIPs, source: "as configured", isListening: true, tried: [] };
  const isSilent = facts.nodes.flatMap(nodeAddresses).length === 0;
  const choice = await chooseClusterIP(
    findCandidates(facts, isSilent ? await askHypervisor({ virtualization, name: firstVM }) : []),
    probe,
  );
  if (choice !== undefined) return choice;
  const message = "The cluster has no address that names could point to.";
  const hint = "Name one: --cluster-ip ADDRESS, or dns.cluster-ip in config.yaml.";
  throw new TroubleError({ code: "cluster-ip-unknown", message, hint }, { exitCode: 3 });
}

/**
 * Finds the desktop as the cluster sees it.
 *
 * @throws TroubleError `server-elsewhere` (exit 3) where the server does not listen there
 */
export async function requireHost(
  intent: Intent,
  { clusterIP, facts, server }: Pick<ClusterAtServer, "clusterIP" | "facts" | "server">,
): Promise<HostIPChoice> {
  const host = await findHost(intent, clusterIP, facts);
  await requireServerAt(host.host, server, intent);
  return host;
}

/** The desktop as the cluster sees it, whether the server listens there or not. */
export async function findHost(
  { hostIP, team }: Pick<Intent, "hostIP" | "team">,
  { clusterIPs }: Pick<ClusterIPChoice, "clusterIPs">,
  { nodes }: Pick<ClusterFacts, "nodes">,
): Promise<HostIPChoice> {
  const reason = team === undefined ? "as configured" : "the team server";
  if (hostIP !== undefined) return { host: hostIP, reason, alternatives: [] };
  return chooseHostIP(clusterIPs, nodes.flatMap(nodeAddresses), lookUpRoute);
}
