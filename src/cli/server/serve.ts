/** `hostsfile-server serve`: runs the daemon until it is told to stop. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { systemNetworks } from "../../platform/networks.ts";
import { type Daemon, type DaemonOptions, noHostsFile, startDaemon } from "../../daemon/daemon.ts";
import { usualPath } from "../../records/skydns-key.ts";
import type { TeamOptions } from "../../team-server/open.ts";
import { descriptorLimit } from "../../http/descriptors.ts";
import { readFollow } from "./follow-settings.ts";
import { type StoreSettings, readAccess } from "./store-settings.ts";
import type { Log } from "../../base/log.ts";
import { defaultCluster, initialSettings } from "../../records/cluster.ts";
import { platform } from "../../platform/current.ts";
import type { Supervisor } from "../../platform/service-manager.ts";
import { responderPlaces } from "../../records/listen-address.ts";
import type { HeldSocket } from "../../engine/responder.ts";
import { readIfPossible } from "../../engine/read-if-possible.ts";
import { adviceOf } from "../../base/trouble.ts";
import { version } from "../../base/version.ts";
import { tracesFile } from "../../platform/resolver-wiring.ts";
import { stateFolderOf } from "../../platform/state-folder.ts";
import { defaultPort } from "../../platform/installed.ts";
import { renderGreeting } from "./greeting.ts";
import { wrongUsage } from "../wrong-usage.ts";
import { makeLogger } from "./logger.ts";
import type { Login } from "../../platform/login.ts";
import { isRoot } from "../../platform/user.ts";
import { requireLogin } from "./require-login.ts";
import { giveBackMemory } from "./heap.ts";
import { type Started, admissionOf, reload, warnOfHeldPort } from "./reload.ts";
import type { ServeSettings } from "./serve-settings.ts";
import { TokenFile } from "./token-file.ts";

/** Milliseconds; a write that takes longer never ends, and a new process may do better. */
const longestWrite = 60_000;

/**
 * Serves until SIGTERM, SIGINT or, on a terminal, SIGHUP; a second one ends it at once. As a service, SIGHUP takes over
 * what may change.
 *
 * @param sources - where each setting came from
 * @returns the exit code
 * @throws TroubleError when it cannot start
 */
export async function serve(settings: ServeSettings, sources: Started["sources"]): Promise<number> {
  requireTokenToFollow(settings);
  const login = settings.watch === true && isRoot() ? requireLogin("--watch") : undefined;
  const log = await makeLogger({ format: settings.logFormat ?? "auto", isDebug: settings.debug ?? false });
  const team = teamOf(settings);
  const hostsFile = isNoFile(settings) ? undefined : resolve(settings.hostsFile ?? platform.places.hostsFile);
  await using supervisor = platform.services.findSupervisor(process.env, process.pid);
  let admission = admissionOf(settings);
  using tokenFile = new TokenFile(log);
  tokenFile.follow(admission.tokenFile);
  // As a service it starts all the same, since callers that nobody answers wait in vain.
  if (supervisor.descriptor === undefined) tokenFile.requireNoFlaw();
  const stopped = stopSignal(supervisor.isThere ? () => void takeOver() : undefined);
  let summary: string | undefined;
  const takeOver = async (): Promise<void> => {
    if (summary === undefined) return;
    await supervisor.reloading();
    admission = reload(platform.places.settingsFile, {
      settings,
      sources,
      heldPort: heldPort(),
      before: admission,
      log,
    });
    tokenFile.follow(admission.tokenFile);
    await supervisor.ready(summary);
  };
  await removeTraces(log);
  const daemon = await startDaemon({
    given: {
      ...settings.clusterIP,
      ...(settings.domains && { domains: [...new Set(settings.domains)] }),
      ...(settings.targets && { targets: settings.targets }),
    },
    host: settings.host,
    port: settings.port ?? defaultPort,
    descriptor: supervisor.descriptor,
    allow: () => admission.allow,
    adminToken: () => tokenFile.token,
    watchDomains: () => admission.watchDomains,
    hostsFile,
    team,
    stateFolder: stateFolderOf(settings.stateFolder),
    forgetAfter: settings.forgetAfter,
    isDryRun: settings.dryRun ?? false,
    dns: responderOf(settings, supervisor),
    refusing: unusedSockets(settings, { supervisor, log }),
    resolver: resolverOf(settings, supervisor),
    log,
  });
  const heldPort = (): number | undefined => (supervisor.descriptor === undefined ? undefined : daemon.port);
  warnOfHeldPort(settings, { heldPort: heldPort(), log });
  using _memory = giveBackMemory(() => daemon.reconciler.state().view.entries.length);
  const kept = hostsFile ?? (team === undefined ? "the answers of its responder" : "the team's names in etcd");
  greet({ daemon, settings, kept, log });
  await using watcher =
    settings.watch === true ? await startWatcher(daemon, settings, { login, tokenFile, log }) : undefined;
  summary = `Keeps ${kept} up to date, listens on port ${daemon.port}`;
  await supervisor.ready(summary, () => daemon.reconciler.state().busyFor < longestWrite);
  const signal = await stopped;
  void supervisor.stopping();
  log.info({ code: "server-stopping", signal }, "Stopping: requests in flight finish, the lines stay.");
  await watcher?.[Symbol.asyncDispose]();
  await daemon[Symbol.asyncDispose]();
  log.info({ code: "server-stopped" }, "Stopped.");
  return 0;
}

/**
 * A server that nobody asked to answer DNS does so where the port is free, and else is silent about it. A team server
 * has no programs beside it that would ask.
 */
function responderOf(
  { dns, dnsListen, dnsTTL, resolver, store }: ServeSettings,
  supervisor: Supervisor,
): DaemonOptions["dns"] {
  if (dns === false) return undefined;
  const held = supervisor.responderSockets();
  const isNeeded = resolver !== undefined && !["none", "hook"].includes(resolver);
  const isAsked = dns === true || dnsListen !== undefined || held.length > 0 || isNeeded;
  if (!isAsked && store !== undefined) return undefined;
  return { places: responderPlaces(dnsListen), held, isAsked, mostTTL: dnsTTL };
}

/** Somebody switched the responder off by hand, and the service manager goes on holding its ports. */
function unusedSockets(
  { dns }: ServeSettings,
  { supervisor, log }: { readonly supervisor: Supervisor; readonly log: Log },
): readonly HeldSocket[] {
  const sockets = dns === false ? supervisor.responderSockets() : [];
  if (sockets.length > 0) {
    const command = platform.commands.asRoot("hostsfile-server install --dns=off");
    const text = "The responder is off, but its ports are still open, so every query is refused.";
    log.warn({ code: "dns-ports-held" }, `${text} To give the ports back: ${command}`);
  }
  return sockets;
}

function resolverOf({ resolver, dnssecExempt }: ServeSettings, { isThere }: Supervisor): DaemonOptions["resolver"] {
  if (resolver === undefined || resolver === "none") return undefined;
  // What is installed stays while the service rests, as the lines of the hosts file do.
  return { asked: resolver, lifetime: isThere ? "installed" : "foreground", mayExempt: dnssecExempt ?? false };
}

async function startWatcher(
  { port }: Daemon,
  { host = "localhost" }: ServeSettings,
  known: { readonly login: Login | undefined; readonly tokenFile: TokenFile; readonly log: Log },
): Promise<AsyncDisposable> {
  const { WatcherChild } = await import("./watcher-child.ts");
  const { login, tokenFile, log } = known;
  return new WatcherChild({ login, host, port, adminToken: () => tokenFile.token, log });
}

function isNoFile({ hostsFile }: ServeSettings): boolean {
  return hostsFile === noHostsFile;
}

/** A team server shares its view with others, so nothing of it may be of this machine. */
function teamOf(settings: ServeSettings): TeamOptions | undefined {
  const access = readAccess(pickStore(settings));
  const follow = readFollow(settings, { isTeamServer: access !== undefined, descriptors: descriptorLimit() });
  if (access === undefined) return undefined;
  if (!isNoFile(settings)) {
    throw wrongUsage("A team server keeps no hosts file: desktops join the team for that.", "Add --hosts-file=none.");
  }
  if (settings.dryRun === true) {
    throw wrongUsage("A team server has no --dry-run: what it does is seen by other servers.", "Leave out --dry-run.");
  }
  if (settings.forgetAfter !== undefined) {
    const message = "A team server does not know when a cluster called another one, so it never forgets one.";
    throw wrongUsage(message, "Leave out --forget-after.");
  }
  return { access, path: settings.skydnsPath ?? usualPath, follow };
}

function pickStore(settings: ServeSettings): StoreSettings {
  const { store, storeCA, storeCert, storeKey, storeUser, storePasswordFile, storeInsecure } = settings;
  return { store, storeCA, storeCert, storeKey, storeUser, storePasswordFile, storeInsecure };
}

function requireTokenToFollow({ clusterIP, tokenFile }: ServeSettings): void {
  if (clusterIP?.followsCaller !== true || tokenFile !== undefined) return;
  const message = "--cluster-ip=auto takes whatever address ExternalDNS calls from, so callers must show a token.";
  const hint = "Name a file with an admin token with --token-file, or give the address: --cluster-ip=ADDRESS";
  throw wrongUsage(message, hint);
}

/** Takes back what a server in the foreground told the resolver before it crashed. */
async function removeTraces(log: Log): Promise<void> {
  if (!existsSync(tracesFile) || !isRoot()) return;
  const { readResolverFacts } = await import("../../platform/resolver/read-facts.ts");
  const { removeWirings } = await import("../../platform/resolver/remove-wirings.ts");
  const troubles = await removeWirings(await readResolverFacts(), { lifetimes: ["foreground"] });
  log.info(
    { code: "resolver-traces-removed" },
    "What an earlier server told the resolver before it crashed is taken back.",
  );
  for (const trouble of troubles) log.warn({ code: trouble.code }, `${trouble.message} ${adviceOf(trouble)}`);
}

/**
 * Waits for the signal to stop.
 *
 * @param reloading - called at SIGHUP instead of stopping
 */
function stopSignal(reloading: (() => void) | undefined): Promise<NodeJS.Signals> {
  const { promise, resolve: stop } = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop(signal));
  // Without a terminal, as under nohup, whose setting Node does not keep, a hang-up means nothing.
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  process.on("SIGHUP", reloading ?? (() => hasTerminal && stop("SIGHUP")));
  return promise;
}

function greet(known: {
  readonly daemon: Daemon;
  readonly settings: ServeSettings;
  /** What is kept up to date, within a sentence. */
  readonly kept: string;
  readonly log: Log;
}): void {
  const { daemon, settings, kept, log } = known;
  const lines = renderGreeting({
    version,
    kept,
    isDryRun: settings.dryRun ?? false,
    port: daemon.port,
    host: settings.host,
    settings: settingsOf(daemon),
    isReady: daemon.reconciler.state().ready,
    shown: daemon.reconciler.state().view.entries.length,
    allowed: daemon.allowed(),
    isTokenRequired: settings.tokenFile !== undefined,
    interfaces: systemNetworks.interfaces(),
  });
  for (const line of lines) log.info({ code: "server-started" }, line);
}

function settingsOf({ reconciler }: Daemon) {
  return readIfPossible(reconciler, (store) => store.cluster(defaultCluster)?.settings) ?? initialSettings;
}
