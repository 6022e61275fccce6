/** `hostsfile-server serve`: runs the daemon until it is told to stop. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { systemNetworks } from "../../platform/networks.ts";
import { type Daemon, startDaemon } from "../../daemon/daemon.ts";
import type { Log } from "../../base/log.ts";
import { defaultCluster, initialSettings } from "../../records/cluster.ts";
import { platform } from "../../platform/current.ts";
import { responderPlaces } from "../../records/listen-address.ts";
import { readIfPossible } from "../../engine/read-if-possible.ts";
import { TroubleError, adviceOf } from "../../base/trouble.ts";
import { version } from "../../base/version.ts";
import { tracesFile } from "../../platform/resolver-wiring.ts";
import { stateFolderOf } from "../../platform/state-folder.ts";
import { defaultPort } from "../../platform/installed.ts";
import { renderGreeting } from "./greeting.ts";
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
  const hostsFile = resolve(settings.hostsFile ?? platform.places.hostsFile);
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
  const { resolver: asked = "none" } = settings;
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
    stateFolder: stateFolderOf(settings.stateFolder),
    forgetAfter: settings.forgetAfter,
    isDryRun: settings.dryRun ?? false,
    // A resolver that is told to ask the responder needs one. A hook is answered without it.
    dns:
      (settings.dns ?? !["none", "hook"].includes(asked))
        ? { places: responderPlaces(settings.dnsListen), held: [] }
        : undefined,
    resolver:
      asked === "none"
        ? undefined
        : {
            asked,
            // What is installed stays while the service rests, as the lines of the hosts file do.
            lifetime: supervisor.isThere ? "installed" : "foreground",
            mayExempt: settings.dnssecExempt ?? false,
          },
    log,
  });
  const heldPort = (): number | undefined => (supervisor.descriptor === undefined ? undefined : daemon.port);
  warnOfHeldPort(settings, { heldPort: heldPort(), log });
  using _memory = giveBackMemory(() => daemon.reconciler.state().view.entries.length);
  greet({ daemon, settings, hostsFile, log });
  await using watcher =
    settings.watch === true ? await startWatcher(daemon, settings, { login, tokenFile, log }) : undefined;
  summary = `Keeps ${hostsFile} up to date, listens on port ${daemon.port}`;
  await supervisor.ready(summary, () => daemon.reconciler.state().busyFor < longestWrite);
  const signal = await stopped;
  void supervisor.stopping();
  log.info({ code: "server-stopping", signal }, "Stopping: requests in flight finish, the lines stay.");
  await watcher?.[Symbol.asyncDispose]();
  await daemon[Symbol.asyncDispose]();
  log.info({ code: "server-stopped" }, "Stopped.");
  return 0;
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

function requireTokenToFollow({ clusterIP, tokenFile }: ServeSettings): void {
  if (clusterIP?.followsCaller !== true || tokenFile !== undefined) return;
  const message = "--cluster-ip=auto takes whatever address ExternalDNS calls from, so callers must show a token.";
  const hint = "Name a file with an admin token with --token-file, or give the address: --cluster-ip=ADDRESS";
  throw new TroubleError({ code: "wrong-usage", message, hint }, { exitCode: 2 });
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
  readonly hostsFile: string;
  readonly log: Log;
}): void {
  const { daemon, settings, hostsFile, log } = known;
  const lines = renderGreeting({
    version,
    hostsFile,
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
