/** `hostsfile-server clear`: removes our lines and what is saved, through the running server or without one. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Status } from "../control/status.ts";
import { type HostsFileSinkOptions, openHostsFileSink } from "../hosts/hosts-file-sink.ts";
import type { Lock } from "../hosts/lock-outcome.ts";
import type { Sink } from "../hosts/sink.ts";
import type { ClusterName } from "../records/cluster.ts";
import { emptyView } from "../records/view.ts";
import { Reconciler, type ReconcilerListener } from "../reconciler.ts";
import { StoreKeeper } from "../store/keeper.ts";
import type { Store } from "../store/store.ts";
import { TroubleError } from "../trouble.ts";
import { defaultHostsFile, stateFolderOf } from "./environment.ts";
import { type ServerPlace, askServer, askStatus } from "../client/server-client.ts";

export interface ClearOptions extends ServerPlace {
  /** Every cluster when undefined. */
  readonly cluster: ClusterName | undefined;
  readonly hostsFile: string | undefined;
  readonly stateFolder: string | undefined;
  readonly quiet: boolean | undefined;
}

/** What was removed. */
interface Cleared {
  readonly clusters: readonly string[];
  /** Number of lines that went from the hosts file. */
  readonly lines: number;
}

/**
 * Forgets one cluster or all, with records, settings and lines.
 *
 * @returns the exit code
 * @throws TroubleError when the hosts file or the state cannot be written, another server holds the lock, or the cluster
 *   is not known
 */
export async function clear(options: ClearOptions): Promise<number> {
  const cleared = await clearRunning(options);
  const isRunning = "clusters" in cleared;
  const { clusters, lines } = isRunning ? cleared : await clearStopped(options, cleared.hinder);
  if (options.quiet) return 0;
  const what =
    clusters.length === 0 && lines === 0 ? "There was nothing to clear." : `Forgotten: ${clusters.join(", ")}.`;
  const left = options.cluster === undefined ? "No line of ours is left in the hosts file." : "Its lines are gone.";
  process.stdout.write(`${what} ${left}\n`);
  return 0;
}

/**
 * Through the server that keeps the file that is meant. What hinders that, such as another program on the port, is no
 * trouble as long as no server keeps the file.
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
  const wanted = wantedOf(known, options.cluster);
  for (const name of wanted) await askServer(options, "DELETE", `/clusters/${name}`);
  const lines = clusters.filter(({ name }) => wanted.includes(name)).reduce((sum, { shown }) => sum + shown, 0);
  return { clusters: wanted, lines };
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
  const path = resolve(options.hostsFile ?? defaultHostsFile);
  await using sink = await openHostsFileSink({
    path,
    stateFolder,
    what: "hostsfile-server clear",
    onOutsideEdit: () => {},
  });
  if (sink.lock.state !== "held") throw lockTrouble(sink.lock, hinder);
  if (!existsSync(stateFolder)) return { clusters: wantedOf([], options.cluster), lines: await removeLines(sink) };
  using keeper = StoreKeeper.ofFolder({ folder: stateFolder, now: Date.now });
  let cleared: Cleared = { clusters: [], lines: 0 };
  const listener: ReconcilerListener = {
    shown: ({ report }) => {
      cleared = { ...cleared, lines: report.ok ? report.change.removed.length : 0 };
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
    cleared = { ...cleared, clusters: forget(store, options.cluster) };
  });
  if (!outcome.ok) throw new TroubleError(outcome.trouble, { exitCode: 3 });
  return cleared;
}

/** A server of ours that keeps the file must be asked, so say how; where a token is wanted, that is what it takes. */
function lockTrouble(lock: Exclude<Lock, { state: "held" }>, hinder: TroubleError | undefined): TroubleError {
  if (lock.state !== "taken") return new TroubleError(lock.trouble, { exitCode: 3 });
  if (hinder?.code === "token-needed") return hinder;
  const { code, message } = lock.trouble;
  const hint = "Say where it listens with --port and --host, and it clears the file itself; or stop it first.";
  return new TroubleError({ code, message, hint }, { exitCode: 3 });
}

/**
 * Removes our lines from a hosts file that no server keeps, whatever is saved.
 *
 * @param options - the hosts file, where copies of it are kept, and the command that runs
 * @throws TroubleError when a server keeps the file, or it cannot be written (exit 3)
 */
export async function removeLinesFrom(
  options: Pick<HostsFileSinkOptions, "path" | "stateFolder" | "what">,
): Promise<void> {
  await using sink = await openHostsFileSink({ ...options, onOutsideEdit: () => {} });
  if (sink.lock.state !== "held") throw lockTrouble(sink.lock, undefined);
  await removeLines(sink);
}

async function removeLines(sink: Sink): Promise<number> {
  const report = await sink.apply(emptyView);
  if (!report.ok) throw new TroubleError(report.trouble, { exitCode: 3 });
  return report.change.removed.length;
}

function forget(store: Store, only: ClusterName | undefined): readonly string[] {
  const clusters = [...store.clusters()];
  const wanted = wantedOf(
    clusters.map(({ name }) => name),
    only,
  );
  for (const { name } of clusters) if (wanted.includes(name)) store.forget(name);
  return wanted;
}
