/** `dtk check`: doctor's checks of one cluster, with a look at the server from inside of it. */
import { webhookURL } from "../../contract/webhook.ts";
import { runChecks } from "../../doctor/run.ts";
import { clusterChecks, watchedClusterChecks } from "../../doctor/cluster-checks.ts";
import type { Check } from "../../doctor/check.ts";
import { openDesktop } from "../../doctor/looks/desktop.ts";
import { toReport } from "../../doctor/report.ts";
import { type ClusterAtServer, lookAtCluster, requireHost } from "../../dtk/installation/situation.ts";
import type { Intent, Say } from "../../dtk/installation/intent.ts";
import { releaseNamespace } from "../../dtk/release/names.ts";
import { isRoot } from "../../platform/user.ts";
import { platform } from "../../platform/current.ts";
import { defaultCluster } from "../../records/cluster.ts";
import { watchFeed } from "../../records/feed.ts";
import { printableJSON } from "../../base/printable.ts";
import { renderReport } from "../report-text.ts";
import { terminalOf } from "../terminal.ts";
import { type ClusterGiven, type ClusterSources, readIntent } from "./intent.ts";

/** Milliseconds for all checks together, of which the pod may take 60,000. */
const patience = 90_000;

type CheckGiven = ClusterGiven & {
  readonly probeImage: string | undefined;
  readonly json: boolean | undefined;
  readonly quiet: boolean | undefined;
};

/**
 * Runs the checks and prints what came of them.
 *
 * @returns 0, or 1 when something is a problem
 * @throws TroubleError when server or cluster cannot be used at all
 */
export async function check(given: CheckGiven, sources: ClusterSources): Promise<number> {
  const { intent } = readIntent(given, sources);
  const talk = (line: string): void => {
    if (given.quiet !== true) process.stderr.write(`${line}\n`);
  };
  const cluster = await lookAtCluster(intent, talk);
  const { server } = cluster;
  const checks = await checksFor(cluster, intent, { ...given, talk });
  const { hostsFile, stateFolder } = platform.places;
  const desktop = openDesktop({
    hostsFile,
    stateFolder,
    port: intent.port,
    platform,
    isRoot: isRoot(),
    cluster: intent.place,
    askStatus: server.status,
    ask: server.ask,
    allowedDomains: async () => undefined,
    signal: AbortSignal.timeout(patience),
  });
  const outcomes = await runChecks(checks, desktop);
  const report = toReport(outcomes, "step");
  const options = { isQuiet: given.quiet === true, isTrace: true };
  process.stdout.write(
    given.json === true ? `${printableJSON(report, 2)}\n` : renderReport(report, terminalOf(process.stdout), options),
  );
  return outcomes.some(({ grade }) => grade === "problem") ? 1 : 0;
}

/** Where a watcher feeds the cluster, and ExternalDNS does not, nothing has to reach the server from inside. */
async function checksFor(
  cluster: ClusterAtServer,
  intent: Intent,
  { probeImage, talk }: Pick<CheckGiven, "probeImage"> & { readonly talk: Say },
): Promise<readonly Check[]> {
  const { installed, clusterIP, watch } = cluster;
  const hasExternalDNS = installed.revision !== undefined;
  const feeds = { wanted: intent.feed, watch, hasExternalDNS };
  if (!hasExternalDNS && (watch !== undefined || intent.feed === watchFeed)) return watchedClusterChecks(feeds);
  const { host } = await requireHost(intent, cluster);
  talk("Asking for the server from inside the cluster ...");
  return clusterChecks(
    { name: intent.cluster, clusterIP, feeds },
    {
      url: webhookURL({ host, port: intent.port, cluster: defaultCluster, hasToken: false }),
      namespace: installed.namespace.exists ? releaseNamespace : "default",
      image: probeImage ?? "busybox:1.37",
      clusterIPs: clusterIP.clusterIPs,
    },
  );
}
