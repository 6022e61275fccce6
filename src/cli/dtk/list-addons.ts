/** `dtk list-addons`: what the configuration enables, what is installed, and its state. */
import { locateServer } from "../../dtk/installation/locate-server.ts";
import { currentProof } from "../../dtk/installation/prove.ts";
import type { Intent } from "../../dtk/installation/intent.ts";
import { findWatch, watchSentence } from "../../dtk/installation/watch.ts";
import { type ClusterView, viewCluster } from "../../dtk/installation/situation.ts";
import { judgeRollout } from "../../dtk/release/rollout.ts";
import type { Status } from "../../contract/status.ts";
import { TroubleError } from "../../base/trouble.ts";
import { watchFeed } from "../../records/feed.ts";
import { printableJSON } from "../../base/printable.ts";
import { isKnownAddon, knownAddons } from "./addon.ts";
import { type ClusterGiven, type ClusterSources, readIntent } from "./intent.ts";

interface Row {
  readonly name: string;
  readonly isEnabled: boolean;
  /** In words; how what dtk does not know does is for DTK to say. */
  readonly state: string;
}

/**
 * Prints the add-ons with their state.
 *
 * @returns the exit code
 * @throws TroubleError when the cluster cannot be used
 */
export async function listAddons(
  given: ClusterGiven & { readonly json: boolean | undefined },
  sources: ClusterSources,
): Promise<number> {
  const { intent, configuration } = readIntent(given, sources, { isDomainNeeded: false });
  const [view, status] = await Promise.all([viewCluster(intent), orNone(locateServer(intent, () => undefined))]);
  const enabled = new Map(configuration.addons.map(({ name, isEnabled }) => [name, isEnabled]));
  const names = [...new Set([...knownAddons, ...enabled.keys()])];
  const rows = names.map((name): Row => {
    const state = isKnownAddon(name) ? stateOf(view, status, intent) : "left to DTK";
    return { name, isEnabled: enabled.get(name) === true, state };
  });
  process.stdout.write(given.json === true ? `${printableJSON(rows, 2)}\n` : renderRows(rows));
  return 0;
}

async function orNone(locating: ReturnType<typeof locateServer>): Promise<Status | undefined> {
  try {
    return await (await locating).status();
  } catch (error) {
    if (error instanceof TroubleError) return undefined;
    throw error;
  }
}

/** ExternalDNS's state, and what of the watcher goes with it. */
function stateOf(view: ClusterView, status: Status | undefined, { cluster, feed }: Intent): string {
  const watch = status && findWatch(status.clusters, { uid: view.uid, server: view.api.server });
  const release = releaseState(view, status, cluster);
  if (watch !== undefined) return `${release}. ${watchSentence(watch)}`;
  return feed === watchFeed ? `${release}. dns.feed is watch, but no watcher feeds this cluster.` : release;
}

function releaseState({ installed }: ClusterView, status: Status | undefined, cluster: string): string {
  const { revision, workload } = installed;
  if (revision === undefined) return "not installed";
  const chart = workload.deployment?.metadata.labels?.["helm.sh/chart"] ?? "without a Deployment";
  const rollout = judgeRollout(workload);
  if (rollout.kind === "failed") return `${chart}, does not run: ${rollout.what}`;
  if (rollout.kind === "waiting") return `${chart}, waits for ${rollout.what}`;
  if (status === undefined) return `${chart}, runs, but the server does not answer`;
  const isHeard = currentProof(status, cluster, Date.now()) !== undefined;
  return `${chart}, runs${isHeard ? " and calls the server" : ", but does not call the server"}`;
}

function renderRows(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows
    .map(({ name, isEnabled, state }) => `${name.padEnd(width)}  ${isEnabled ? "enabled " : "disabled"}  ${state}\n`)
    .join("");
}
