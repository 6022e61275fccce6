/** `hostsfile-server clear`: removes our lines and what is saved, through the running server or without one. */
import { resolve } from "node:path";
import { statusSchema } from "../control/status.ts";
import { openHostsFileSink } from "../hosts/hosts-file-sink.ts";
import type { ClusterName } from "../records/cluster.ts";
import { Reconciler } from "../reconciler.ts";
import { StoreKeeper } from "../store/keeper.ts";
import type { Store } from "../store/store.ts";
import { TroubleError } from "../trouble.ts";
import { defaultHostsFile, stateFolderOf } from "./environment.ts";
import { type ServerPlace, askServer } from "./server-client.ts";

export interface ClearOptions extends ServerPlace {
  /** Every cluster when undefined. */
  readonly cluster: ClusterName | undefined;
  readonly hostsFile: string | undefined;
  readonly stateFolder: string | undefined;
  readonly quiet: boolean | undefined;
}

/**
 * Forgets one cluster or all, with records, settings and lines.
 *
 * @returns the exit code
 * @throws TroubleError when the hosts file or the state cannot be written, or another server holds the lock
 */
export async function clear(options: ClearOptions): Promise<number> {
  const cleared = (await clearRunning(options)) ?? (await clearStopped(options));
  if (options.quiet) return 0;
  const what = cleared.length === 0 ? "Nothing was saved" : `Forgotten: ${cleared.join(", ")}`;
  process.stdout.write(
    `${what}. ${options.cluster === undefined ? "No line of ours is left in the hosts file." : "Its lines are gone."}\n`,
  );
  return 0;
}

/** Undefined when no server keeps the file that is meant: none answers, or it keeps another or only plays. */
async function clearRunning(options: ClearOptions): Promise<readonly string[] | undefined> {
  const text = await askServer(options, "GET", "/status");
  if (text === undefined) return undefined;
  const { server, clusters } = statusSchema.parse(JSON.parse(text));
  const isOther = options.hostsFile !== undefined && resolve(options.hostsFile) !== server.hostsFile;
  if (server.dryRun || isOther) return undefined;
  const known = clusters.map(({ name }) => name);
  const wanted = options.cluster === undefined ? known : [options.cluster];
  for (const name of wanted) await askServer(options, "DELETE", `/clusters/${name}`);
  return wanted;
}

async function clearStopped(options: ClearOptions): Promise<readonly string[]> {
  const stateFolder = stateFolderOf(options.stateFolder);
  const path = resolve(options.hostsFile ?? defaultHostsFile);
  await using sink = await openHostsFileSink({
    path,
    stateFolder,
    what: "hostsfile-server clear",
    onOutsideEdit: () => {},
  });
  if (sink.lock.state !== "held") throw new TroubleError(sink.lock.trouble, { exitCode: 3 });
  using keeper = StoreKeeper.ofFolder({ folder: stateFolder, now: Date.now });
  const listener = { shown: () => {}, storeTrouble: () => {} };
  await using reconciler = new Reconciler({
    keeper,
    sinks: [sink],
    ownNames: () => new Set(),
    listener,
    now: Date.now,
  });
  let forgotten: readonly string[] = [];
  const outcome = await reconciler.change((store) => {
    forgotten = forget(store, options.cluster);
  });
  if (!outcome.ok) throw new TroubleError(outcome.trouble, { exitCode: 3 });
  return forgotten;
}

function forget(store: Store, only: ClusterName | undefined): readonly string[] {
  const names = [...store.clusters()].map(({ name }) => name).filter((name) => only === undefined || name === only);
  for (const name of names) store.forget(name);
  return names;
}
