/** `hostsfile-server watch`: reads the clusters of the user's kubeconfigs, and hands their names to the server. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { printable, printableJSON } from "../../base/printable.ts";
import { type Trouble, TroubleError } from "../../base/trouble.ts";
import { version } from "../../base/version.ts";
import { findWatchToken } from "../../client/held-token.ts";
import type { FileReading } from "../../kubernetes/kubeconfig-file.ts";
import { watchedKubeconfigMissing, watchedKubeconfigUnusable } from "../../kubernetes/trouble.ts";
import { installedHost, installedPort } from "../../platform/installed.ts";
import { machineNetworks } from "../../platform/inner.ts";
import { watchSurroundings } from "../../platform/surroundings.ts";
import { currentUserName, isRoot } from "../../platform/user.ts";
import { ownPlaces } from "../../platform/user-places.ts";
import { noMemory, openMemory } from "../../sources/kubernetes/cluster-memory.ts";
import { followKubeconfigs, readKubeconfigs } from "../../sources/kubernetes/kubeconfig-follower.ts";
import { isLocalHost } from "../../sources/kubernetes/local-host.ts";
import { readerRole } from "../../sources/kubernetes/reader-role.ts";
import { openScratchServer } from "../../sources/kubernetes/scratch-server.ts";
import { openServer, type ServerPort } from "../../sources/kubernetes/server-port.ts";
import { Reporter } from "../../sources/kubernetes/reporter.ts";
import { systemClock } from "../../sources/kubernetes/system-clock.ts";
import { kinds } from "../../sources/kubernetes/translate/kinds.ts";
import { Watcher, type WatcherNotice, type WatcherOptions } from "../../sources/kubernetes/watcher.ts";
import type { Given } from "../setting.ts";
import type { portSetting, tokenFileSetting } from "./serve-settings.ts";
import type { watchSettings } from "./watch-settings.ts";
import { giveBackMemory } from "./heap.ts";
import { describeNotice } from "./watch-text.ts";

type WatchSettings = Given<typeof watchSettings & { port: typeof portSetting; tokenFile: typeof tokenFileSetting }> & {
  readonly host: string | undefined;
};

/** Runs until a signal ends it, which is how watching ends well; with `--once` until every cluster was read once. */
export async function watchClusters(given: WatchSettings): Promise<number> {
  if (given.printRBAC === true) {
    process.stdout.write(readerRole(kinds));
    return 0;
  }
  refuseBehindSudo();
  const paths = kubeconfigPaths(given.kubeconfig);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const known = requireContexts(given, paths);
  const failure = Promise.withResolvers<never>();
  const server = given.dryRun === true ? openScratchServer() : findServer(given);
  const reporter = new Reporter({
    watcher: () => watcher,
    send: async (report) => server.report(report),
    version,
    clock: systemClock,
    signal: stop.signal,
  });
  const watcher = makeWatcher(given, paths, {
    server,
    signal: stop.signal,
    onActivity: (cluster, activity) => reporter.note(cluster, activity),
    onNotice: (notice) => {
      if ("notice" in notice && notice.notice.kind === "published") reporter.published(notice.notice.milliseconds);
      const trouble = given.once === true ? troubleOf(notice) : undefined;
      if (trouble !== undefined) failure.reject(new TroubleError(trouble));
      if (given.json === true) printNotice(notice);
      else if (trouble === undefined) talkNotice(notice);
    },
  });
  process.on("SIGHUP", () => watcher.hurry());
  watchSurroundings({ signal: stop.signal, onChange: () => watcher.hurry() });
  // It mostly rests, and then a collection now and then costs nothing.
  using _memory = giveBackMemory(() => watcher.names, { quietGrowth: 1024 * 1024 });
  const following = followKubeconfigs({
    paths,
    known,
    signal: stop.signal,
    onChange: async (config) => watcher.update(config),
    onUnreadable: (path, reason) =>
      talk(watchedKubeconfigUnusable(`The kubeconfig ${path} cannot be read: ${reason}.`).message),
  });
  // What ends at once has nothing to report, and a dry run nobody to report to.
  const reporting = given.once === true || given.dryRun === true ? undefined : reporter.run();
  try {
    await (given.once === true ? Promise.race([untilRead(watcher, stop.signal), failure.promise]) : following);
  } finally {
    stop.abort();
    await watcher.stop();
    await reporting;
  }
  return 0;
}

/** What keeps a cluster from being read, or its names from being handed in. */
function troubleOf(notice: WatcherNotice): Trouble | undefined {
  if (!("notice" in notice)) return undefined;
  return "trouble" in notice.notice ? notice.notice.trouble : undefined;
}

function makeWatcher(
  given: WatchSettings,
  paths: readonly string[],
  watching: Pick<WatcherOptions, "server" | "signal" | "onActivity" | "onNotice">,
): Watcher {
  const networks = machineNetworks();
  const statePath = ownPlaces().watcherMemory;
  return new Watcher({
    named: given.context ?? [],
    all: given.allContexts === true,
    isLocal: async (host) => isLocalHost(host, networks),
    kinds,
    domains: given.domains,
    targets: given.targets,
    classes: given.class === undefined ? undefined : new Set(given.class),
    namespaces: given.namespace ?? [],
    clock: systemClock,
    ...watching,
    connectUnusually: async (context, signal) => {
      const { readWithClient } = await import("../../kubernetes/client-kubeconfig.ts");
      return readWithClient({ kubeconfig: given.kubeconfig, context }, signal);
    },
    memory: given.dryRun === true ? noMemory : openMemory(statePath, paths.join(delimiter)),
  });
}

function findServer({ host = installedHost(), port = installedPort(), tokenFile }: WatchSettings): ServerPort {
  const token = findWatchToken(tokenFile, { port, ownFile: ownPlaces().tokenFile });
  return openServer({ host, port, token }, token?.user ?? currentUserName());
}

/** A kubeconfig may name programs, and root must not run them for another. */
function refuseBehindSudo(): void {
  if (!isRoot() || process.env["SUDO_UID"] === undefined) return;
  const message = "watch reads your kubeconfig, and so runs as you.";
  const hint = "Run it without sudo. The server is the part that needs root.";
  throw new TroubleError({ code: "not-as-root", message, hint }, { exitCode: 2 });
}

/** kubectl's rule for its files. */
function kubeconfigPaths(given: string | undefined): readonly string[] {
  if (given !== undefined) return [resolve(given)];
  const { KUBECONFIG: several = "" } = process.env;
  if (several === "") return [join(homedir(), ".kube", "config")];
  return several
    .split(delimiter)
    .filter((path) => path !== "")
    .map((path) => resolve(path));
}

/**
 * What was named must be there; without a name a first kubeconfig may come later, but for a command that ends at once.
 *
 * @returns what was read
 */
function requireContexts(
  { context: named = [], kubeconfig, once }: WatchSettings,
  paths: readonly string[],
): ReadonlyMap<string, FileReading> {
  const { config, readings } = readKubeconfigs(paths);
  const isNeeded = named.length > 0 || kubeconfig !== undefined || once === true;
  for (const [path, reading] of readings) {
    if (reading.kind === "unreadable")
      throw watchedKubeconfigUnusable(`The kubeconfig ${path} cannot be read: ${reading.reason}.`);
  }
  if (!paths.some((path) => existsSync(path))) {
    if (isNeeded) throw watchedKubeconfigMissing(paths);
    talk(`There is no kubeconfig at ${paths.join(" or ")} yet; watch waits for it.`);
  }
  for (const name of named) {
    if (config.contexts.has(name)) continue;
    const known = [...config.contexts.keys()].join(", ");
    throw watchedKubeconfigUnusable(
      `No kubeconfig has a context ${JSON.stringify(name)}; there is ${known === "" ? "none" : known}.`,
    );
  }
  return readings;
}

/** Reads every cluster once, and says what could not be read. */
async function untilRead(watcher: Watcher, signal: AbortSignal): Promise<void> {
  await watcher.firstChoice;
  if (watcher.feeds.length === 0) throw noContext();
  await Promise.all(watcher.feeds.map(async (feed) => feed.inStep(signal)));
}

function noContext(): TroubleError {
  const message = "No context of the kubeconfig leads to a cluster of this desktop, so nothing was read.";
  const hint = "Name the context that is meant, wherever its cluster is:";
  return new TroubleError({ code: "no-context", message, hint, command: "hostsfile-server watch --context=NAME" });
}

function talkNotice(notice: WatcherNotice): void {
  for (const line of describeNotice(notice)) talk(line);
}

function printNotice(notice: WatcherNotice): void {
  process.stdout.write(`${printableJSON(notice)}\n`);
}

function talk(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}
