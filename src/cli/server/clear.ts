/** `hostsfile-server clear`: removes our lines and what is saved, through the running server or without one. */
import { resolve } from "node:path";
import type { Status } from "../../contract/status.ts";
import { openHostsFileSink } from "../../sinks/hosts-file/hosts-file-sink.ts";
import { shownBefore } from "../../sinks/hosts-file/shown-before.ts";
import type { Sink } from "../../engine/sink.ts";
import type { ClusterName } from "../../records/cluster.ts";
import { Reconciler } from "../../engine/reconciler.ts";
import type { ReconcilerListener } from "../../engine/reconciler-port.ts";
import { keepFolder } from "../../store/keepers.ts";
import type { Store } from "../../engine/store.ts";
import { StoreTroubleError } from "../../engine/store-trouble.ts";
import { type Trouble, TroubleError, toTrouble } from "../../base/trouble.ts";
import { platform } from "../../platform/current.ts";
import { stateFolderOf } from "../../platform/state-folder.ts";
import { lockTrouble, removeLines, requireNoneLeft } from "./remove-lines.ts";
import { type ServerFlags, askServer, askStatus } from "../../client/server-client.ts";
import { clusterPath } from "../../contract/paths.ts";

interface ClearOptions extends ServerFlags {
  /** Every cluster when undefined. */
  readonly cluster: ClusterName | undefined;
  readonly hostsFile: string | undefined;
  readonly stateFolder: string | undefined;
  readonly quiet: boolean | undefined;
}

/** What was removed. */
interface Cleared {
  /** The hosts file that was meant. */
  readonly path: string;
  readonly clusters: readonly string[];
  /** Number of lines that went from the hosts file. */
  readonly lines: number;
  /** Why what is saved could not be forgotten. */
  readonly trouble?: Trouble | undefined;
}

/** Saved records that nothing is shown from until the user says so: there is nothing to forget. */
const unusable: ReadonlySet<string> = new Set(["state-damaged", "state-lost"]);

/**
 * Forgets one cluster or all, with records, settings and lines. All lines go whatever the state of the saved records is,
 * and the file itself is looked at before that is said.
 *
 * @returns the exit code
 * @throws TroubleError when a line is left or what is saved cannot be forgotten, another server holds the lock, or the
 *   cluster is not known
 */
export async function clear(options: ClearOptions): Promise<number> {
  const running = await clearRunning(options);
  const cleared = "clusters" in running ? running : await clearStopped(options, running.hinder);
  const { clusters, lines, trouble } = cleared;
  if (options.cluster === undefined) requireNoneLeft(cleared);
  const isNothing = clusters.length === 0 && lines === 0;
  const what = isNothing ? "There was nothing to clear." : `Forgotten: ${clusters.join(", ") || "no cluster"}.`;
  const left = options.cluster === undefined ? "No line of ours is left in the hosts file." : "Its lines are gone.";
  if (options.quiet !== true) process.stdout.write(`${what} ${left}\n`);
  if (trouble === undefined) return 0;
  if (!unusable.has(trouble.code)) throw new TroubleError(trouble, { exitCode: 3 });
  if (options.quiet !== true)
    process.stderr.write("What is saved cannot be used; to start afresh: hostsfile-server recover\n");
  return 0;
}

/**
 * Clears through the server that keeps the file. An obstacle, such as another program on the port, does not matter as
 * long as no server keeps the file.
 */
async function clearRunning(options: ClearOptions): Promise<Cleared | { readonly hinder: TroubleError | undefined }> {
  let status: Status | undefined;
  try {
    status = await askStatus(options);
  } catch (error) {
    if (error instanceof TroubleError) return { hinder: error };
    throw error;
  }
  if (status === undefined) return { hinder: undefined };
  const { server, clusters } = status;
  const isOther = options.hostsFile !== undefined && resolve(options.hostsFile) !== server.hostsFile;
  if (server.dryRun || isOther) return { hinder: undefined };
  const known = clusters.map(({ name }) => name);
  // Where none is known the saved records cannot be read, which the server says itself.
  const wanted = known.length === 0 ? [options.cluster ?? ""] : wantedOf(known, options.cluster);
  const shown = clusters.filter(({ name }) => wanted.includes(name)).reduce((sum, cluster) => sum + cluster.shown, 0);
  const path = server.hostsFile;
  if (options.cluster === undefined) {
    const trouble = await clearAll(options);
    return { path, clusters: trouble === undefined ? known : [], lines: shown, trouble };
  }
  await askServer(options, "DELETE", clusterPath(options.cluster));
  await requireShown(options);
  return { path, clusters: wanted, lines: shown };
}

/** Returns why it did not all work; the file then says how far it came. */
async function clearAll(options: ClearOptions): Promise<Trouble | undefined> {
  try {
    await askServer(options, "DELETE", "/clusters");
    return undefined;
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    return toTrouble(error);
  }
}

/** The server forgets a cluster also while it cannot write the hosts file. */
async function requireShown(options: ClearOptions): Promise<void> {
  const trouble = (await askStatus(options))?.sinks.flatMap((sink) => sink.trouble ?? [])[0];
  if (trouble !== undefined) throw new TroubleError(trouble, { exitCode: 3 });
}

function wantedOf(known: readonly string[], only: string | undefined): readonly string[] {
  if (only === undefined) return known;
  if (known.includes(only)) return [only];
  const message = `Cluster ${only} is not known; ${known.length === 0 ? "none is" : `known are ${known.join(", ")}`}.`;
  const hint = "Name one of them with --cluster, or leave it out to clear all.";
  throw new TroubleError({ code: "unknown-cluster", message, hint }, { exitCode: 1 });
}

async function clearStopped(options: ClearOptions, hinder: TroubleError | undefined): Promise<Cleared> {
  const stateFolder = stateFolderOf(options.stateFolder);
  const path = resolve(options.hostsFile ?? platform.places.hostsFile);
  await using sink = await openHostsFileSink({
    path,
    stateFolder,
    what: "hostsfile-server clear",
    onOutsideEdit: () => {},
  });
  if (sink.lock.state !== "held") throw lockTrouble(sink.lock, hinder);
  // Awaited here, since the sink must not be given up before.
  if (options.cluster !== undefined) return await clearCluster({ sink, path, stateFolder, cluster: options.cluster });
  const forgotten = forgetSaved(stateFolder);
  return { path, lines: await removeLines(sink), ...forgotten };
}

/** Forgets what is saved if it can be read; where there is nothing, nothing is made. */
function forgetSaved(folder: string): Pick<Cleared, "clusters" | "trouble"> {
  const shown = (): { readonly ok: true; readonly positions: [undefined] } => ({ ok: true, positions: [undefined] });
  using keeper = keepFolder({ folder, now: Date.now, shown });
  try {
    return { clusters: keeper.use((store) => forget(store, undefined)) };
  } catch (error) {
    if (!(error instanceof StoreTroubleError)) throw error;
    return { clusters: [], trouble: error.code === "state-lost" ? undefined : toTrouble(error) };
  }
}

async function clearCluster(known: {
  readonly sink: Sink;
  readonly path: string;
  readonly stateFolder: string;
  readonly cluster: ClusterName;
}): Promise<Cleared> {
  const { sink, path, stateFolder, cluster } = known;
  using keeper = keepFolder({ folder: stateFolder, now: Date.now, shown: () => shownBefore(path) });
  let cleared: Cleared = { path, clusters: [], lines: 0 };
  const listener: ReconcilerListener = {
    shown: ({ report }) => {
      cleared = { ...cleared, lines: report.ok ? report.diff.removed.length : 0 };
    },
    storeTrouble: () => {},
    viewTrouble: () => {},
  };
  await using reconciler = new Reconciler({
    keeper,
    sinks: [sink],
    ownNames: () => new Set(),
    listener,
    now: Date.now,
  });
  const outcome = await reconciler.change((store) => {
    cleared = { ...cleared, clusters: forget(store, cluster) };
  });
  if (!outcome.ok) throw new TroubleError(outcome.trouble, { exitCode: 3 });
  return cleared;
}

function forget(store: Store, only: ClusterName | undefined): readonly string[] {
  const clusters = [...store.clusters()];
  const wanted = wantedOf(
    clusters.map(({ name }) => name),
    only,
  );
  for (const { name } of clusters) if (wanted.includes(name)) store.forget(name);
  // A team is not of any cluster, so it goes with all of them alone.
  if (only === undefined) for (const { name } of store.teams.list()) store.teams.leave(name);
  return wanted;
}
