/** `dtk uninstall-addon external-dns`: takes away what dtk put into the cluster and what the server has of it. */
import { type ClusterDNSWork, changeClusterDNS, planForgetting } from "../../dtk/cluster-dns/cluster-dns.ts";
import type { Say } from "../../dtk/installation/intent.ts";
import { locateServer } from "../../dtk/installation/locate-server.ts";
import { viewCluster } from "../../dtk/installation/situation.ts";
import { type Removal, planRemoval, uninstall } from "../../dtk/installation/uninstall.ts";
import type { Server } from "../../client/server.ts";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { TroubleError } from "../../base/trouble.ts";
import { printableJSON } from "../../base/printable.ts";
import { confirm } from "../confirm.ts";
import { describeChanges } from "./dns-words.ts";
import { type ClusterGiven, type ClusterSources, readIntent } from "./intent.ts";
import { platform } from "../../platform/current.ts";

type UninstallGiven = ClusterGiven & {
  readonly dryRun: boolean | undefined;
  readonly yes: boolean | undefined;
  readonly quiet: boolean | undefined;
  readonly json: boolean | undefined;
};

/**
 * Removes the add-on from the cluster and the cluster from the server.
 *
 * @returns 0, or 1 when the server did not answer, so that its lines are still there
 * @throws TroubleError
 */
export async function uninstallAddon(given: UninstallGiven, sources: ClusterSources): Promise<number> {
  const { intent } = readIntent(given, sources, { isDomainNeeded: false });
  const say: Say = (line) => {
    if (given.quiet !== true && given.json !== true) process.stdout.write(`${line}\n`);
  };
  const [view, server] = await Promise.all([viewCluster(intent), orNone(locateServer(intent, say))]);
  const dns = await planPossibleForgetting(view.api, say);
  const clusters = (await server?.status())?.clusters;
  const removal = await planRemoval({ ...view, clusters, cluster: intent.cluster });
  const isTaught = dns !== undefined && dns.changes.length > 0;
  const steps = [...partsOf(removal), ...(isTaught ? [describeChanges(dns)] : [])];
  const facts = { ...removal, clusterDNS: isTaught, serverAnswers: server !== undefined };
  if (given.json === true) process.stdout.write(`${printableJSON(facts)}\n`);
  if (steps.length === 0) say("There is nothing of the add-on to remove.");
  else if (given.dryRun === true) say(`Would remove:\n${steps.map((step) => `  ${step}`).join("\n")}`);
  else if (!(await confirm(`This removes ${steps.join(", ")}.`, given.yes))) return 1;
  else {
    if (isTaught) {
      await changeClusterDNS(view.api, dns);
      say("The cluster's DNS no longer asks the server.");
    }
    await uninstall(intent, { ...view, server, removal }, say);
  }
  return server === undefined ? warnOfServer(intent.cluster, say) : 0;
}

/** Where it cannot be told what is ours, or may not be read, the rest goes all the same. */
async function planPossibleForgetting(api: KubernetesAPI, say: Say): Promise<ClusterDNSWork | undefined> {
  try {
    return await planForgetting(api);
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    if (error.code === "cluster-refused") return undefined;
    if (error.code !== "cluster-dns-block-damaged") throw error;
    say(`${error.message} It stays.`);
    return undefined;
  }
}

/** Without a server the cluster can be cleaned all the same. */
async function orNone(locating: Promise<Server>): Promise<Server | undefined> {
  try {
    return await locating;
  } catch (error) {
    if (error instanceof TroubleError && error.code === "no-server") return undefined;
    throw error;
  }
}

function partsOf({ release, secret, namespace, cluster }: Removal): readonly string[] {
  return [
    ...(release ? ["the release external-dns"] : []),
    ...(secret ? ["the Secret with its token"] : []),
    ...(cluster === undefined ? [] : [`what the server has of the cluster ${cluster} from ExternalDNS`]),
    ...(namespace.goes ? ["the namespace external-dns"] : []),
  ];
}

function warnOfServer(cluster: string, say: Say): number {
  say(
    `No server answers, so lines and settings of ${cluster} may still be there; remove them: ${platform.commands.asRoot(`hostsfile-server clear --cluster ${cluster}`)}`,
  );
  return 1;
}
