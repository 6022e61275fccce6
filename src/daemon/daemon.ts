/** The composition root: the only place that wires store, hosts file, reconciler and HTTP together. */
import { hostname } from "node:os";
import { Announcer } from "./announcer.ts";
import { createApp } from "./app.ts";
import { StatusSignal } from "../control/status/status-signal.ts";
import { createMetrics } from "../control/status/metrics.ts";
import { type Network, authority } from "../records/network.ts";
import { type RunningServer, startServer } from "../http/server.ts";
import type { AdminToken } from "../contract/token.ts";
import type { Adopter } from "../sinks/hosts-file/adoption-slot.ts";
import { type HostsFileSinkOptions, openHostsFileSink } from "../sinks/hosts-file/hosts-file-sink.ts";
import type { ListenAddress } from "../records/listen-address.ts";
import type { HeldSocket, Responder } from "../engine/responder.ts";
import { openMemorySink } from "../sinks/hosts-file/memory-sink.ts";
import { shownBefore } from "../sinks/hosts-file/shown-before.ts";
import type { Sink } from "../engine/sink.ts";
import type { Log } from "../base/log.ts";
import { type ClusterSettings, defaultCluster, initialSettings } from "../records/cluster.ts";
import type { ManagedDomain } from "../records/managed-domain.ts";
import type { View } from "../records/view.ts";
import { viewOf } from "../engine/current-view.ts";
import { Reconciler } from "../engine/reconciler.ts";
import type { ReconcilerListener, ReconcilerPort } from "../engine/reconciler-port.ts";
import type { ResolverFollower, ResolverOptions } from "./resolver-follower.ts";
import { responderPlace } from "../platform/resolver-wiring.ts";
import { countSilence } from "./silence.ts";
import { renderCommand } from "../base/shell.ts";
import { platform } from "../platform/current.ts";
import { isRoot } from "../platform/user.ts";
import type { StoreKeeper } from "../engine/keeper.ts";
import { keepFolder, keepInMemory } from "../store/keepers.ts";
import type { Store } from "../engine/store.ts";
import { StoreTroubleError } from "../engine/store-trouble.ts";
import { TroubleError } from "../base/trouble.ts";
import { version } from "../base/version.ts";

interface DaemonOptions {
  /** Settings of the cluster `default` that were given; they win over saved ones and are saved. */
  readonly given: Partial<ClusterSettings>;
  readonly host: string | undefined;
  /** 0 takes a free one. */
  readonly port: number;
  /** A socket that listens already, as a service manager passes it; host and port then mean nothing. */
  readonly descriptor?: number | undefined;
  /** Who may call, which may change while it runs. */
  readonly allow: () => readonly Network[] | undefined;
  readonly adminToken: () => AdminToken;
  /** The domains in which watchers may have names, which may change while it runs; undefined for those of `default`. */
  readonly watchDomains?: (() => readonly ManagedDomain[] | undefined) | undefined;
  readonly hostsFile: string;
  readonly stateFolder: string;
  /** Milliseconds of silence, while the server ran, after which a cluster is forgotten; never when undefined. */
  readonly forgetAfter?: number | undefined;
  /** How the system resolver is told the managed domains; undefined where it is left alone. */
  readonly resolver?: Pick<ResolverOptions, "asked" | "lifetime" | "mayExempt"> | undefined;
  /** Everything in memory: no lock, no state, no write. */
  readonly isDryRun: boolean;
  /** Where the DNS responder listens, and the sockets that a service manager holds for it; it is off when undefined. */
  readonly dns?: { readonly places: readonly ListenAddress[]; readonly held: readonly HeldSocket[] } | undefined;
  readonly log: Log;
}

export interface Daemon extends AsyncDisposable {
  /** As `http://localhost:5000`. */
  readonly address: string;
  readonly port: number;
  readonly reconciler: ReconcilerPort;
  /** The networks that may call now, beside this machine itself. */
  readonly allowed: () => readonly string[];
}

/** Milliseconds that requests in flight get when the daemon stops. */
const stopGrace = 10_000;

/**
 * Starts the daemon: takes the lock, opens the store, opens the port, then brings the hosts file up to date. Trouble that
 * may pass leaves it degraded: the port answers, and the server keeps retrying.
 *
 * @returns the running daemon; disposing of it lets requests finish and leaves the lines
 * @throws TroubleError with exit code 3 when port, lock or permission are missing
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { log, isDryRun, stateFolder } = options;
  await using stack = new AsyncDisposableStack();
  const since = Date.now();
  const ownNames = readOwnNames();
  let previous: View | undefined;
  const opened = (store: Store): void => {
    previous ??= viewOrNone(store, ownNames);
    saveGiven(store, options.given);
  };
  const metrics = stack.use(createMetrics(Date.now));
  const changes = new StatusSignal();
  const sink = stack.use(
    await openSink(options, {
      previous: () => previous,
      position: () => keeper.position,
      onOutsideEdit: () => void reconciler.reconcile(),
    }),
  );
  const responder = await openResponder(options, {
    mayAsk: (remote) => app.judge(remote).place !== "stranger",
    onSocketChange: () => void reconciler.reconcile(),
  });
  if (responder !== undefined) stack.use(responder);
  const resolver = await followResolver(options);
  if (resolver !== undefined) stack.use(resolver);
  const stored = { folder: stateFolder, now: Date.now, shown: () => shownBefore(options.hostsFile) };
  const keeper = stack.use(isDryRun ? keepInMemory(opened) : keepFolder(stored, opened));
  const reconciler = stack.use(
    new Reconciler({
      keeper,
      // The responder takes no time, and the hosts file waits for the disk.
      sinks: responder === undefined ? [sink] : [responder, sink],
      ownNames: () => ownNames,
      listener: listenTogether(
        new Announcer(log, { isDryRun }),
        metrics.listener,
        changes.listener,
        ...(resolver ? [resolver.listener] : []),
      ),
      previous: () => previous,
      now: Date.now,
    }),
  );
  openEagerly(keeper, mustAnswer(options));
  const app = createApp({
    reconciler,
    adopter: sink,
    responder,
    metrics,
    changes,
    log,
    now: Date.now,
    allow: options.allow,
    adminToken: options.adminToken,
    watchDomains: options.watchDomains,
    ownNames: () => ownNames,
    facts: { pid: process.pid, version, since, hostsFile: options.hostsFile, dryRun: isDryRun },
    address: () => address,
  });
  const server: RunningServer = await startServer({
    fetch: app.fetch,
    judge: app.judge,
    giveUpBodies: app.giveUpBodies,
    host: options.host,
    port: options.port,
    descriptor: options.descriptor,
  });
  stack.defer(() => server.stop(stopGrace));
  // Before the server stops, which waits for every answer to end.
  stack.use(changes);
  const { port } = server.address;
  const address = `http://${authority(nameOf(server.address.address), port)}`;
  await reconciler.reconcile();
  stack.use(
    countSilence({
      reconciler,
      forgetAfter: options.forgetAfter,
      now: () => performance.now(),
      failed: (error) =>
        log.error(
          { code: "internal-error", err: error },
          "The silence of clusters could not be counted; this is a bug, please report it.",
        ),
      forget: async (cluster) => {
        await app.forget(cluster, "it has been silent for longer than --forget-after");
        if (cluster === defaultCluster) await reconciler.change((store) => saveGiven(store, options.given));
      },
    }),
  );
  const running = stack.move();
  return { address, port, reconciler, allowed: app.allowed, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function listenTogether(...listeners: readonly Partial<ReconcilerListener>[]): ReconcilerListener {
  return {
    shown: (event) => listeners.forEach((listener) => listener.shown?.(event)),
    settled: (event) => listeners.forEach((listener) => listener.settled?.(event)),
    storeTrouble: (trouble, cause) => listeners.forEach((listener) => listener.storeTrouble?.(trouble, cause)),
    viewTrouble: (trouble, cause) => listeners.forEach((listener) => listener.viewTrouble?.(trouble, cause)),
  };
}

/** Where the system resolver is left alone, nothing of it is loaded. */
async function followResolver({ resolver, isDryRun, log }: DaemonOptions): Promise<ResolverFollower | undefined> {
  if (resolver === undefined || isDryRun) return undefined;
  const { ResolverFollower: Follower } = await import("./resolver-follower.ts");
  return new Follower({ ...resolver, responder: responderPlace, log });
}

/** A wildcard address is shown as `localhost`. */
function nameOf(address: string): string {
  return address === "::" || address === "0.0.0.0" ? "localhost" : address;
}

/** Where a service manager holds the port, callers would wait in vain, so the server exits only when its settings are invalid. */
function mustAnswer({ descriptor }: DaemonOptions): boolean {
  return descriptor !== undefined;
}

/** A held lock and a missing permission are the user's to end; other trouble with the file leaves it degraded. */
async function openSink(
  options: DaemonOptions,
  callbacks: Pick<HostsFileSinkOptions, "onOutsideEdit" | "position"> & { readonly previous: () => View | undefined },
): Promise<Sink & Adopter> {
  const { hostsFile, stateFolder, isDryRun } = options;
  if (isDryRun) return openMemorySink({ path: hostsFile });
  const { services, commands } = platform;
  const holder = mustAnswer(options)
    ? { what: services.service, stopCommand: commands.asRoot(renderCommand(services.commands.stop)) }
    : { what: "hostsfile-server serve" };
  const sink = await openHostsFileSink({ path: hostsFile, stateFolder, ...holder, ...callbacks });
  const { lock } = sink;
  if (mustAnswer(options)) return sink;
  if (lock.state === "taken" || (lock.state === "denied" && !isRoot())) {
    await sink[Symbol.asyncDispose]();
    throw new TroubleError(lock.trouble, { exitCode: 3 });
  }
  return sink;
}

/** What is off is not loaded. A dry run takes no port that the server itself has. */
async function openResponder(
  { dns, isDryRun }: DaemonOptions,
  callbacks: { readonly mayAsk: (remote: string) => boolean; readonly onSocketChange: () => void },
): Promise<(Sink & Responder) | undefined> {
  if (dns === undefined || isDryRun) return undefined;
  const { openDNSSink } = await import("../sinks/dns/dns-sink.ts");
  return openDNSSink({ ...dns, ...callbacks, now: Date.now });
}

function readOwnNames(): ReadonlySet<string> {
  const name = hostname().toLowerCase();
  return new Set([name, name.split(".")[0] ?? name]);
}

/** A view that cannot be worked out is the reconciler's to report. */
function viewOrNone(store: Store, ownNames: ReadonlySet<string>): View | undefined {
  try {
    return viewOf(store, ownNames);
  } catch {
    return undefined;
  }
}

/** What was given wins over what was saved, whenever the store is opened: also after damage was repaired. */
function saveGiven(store: Store, given: Partial<ClusterSettings>): void {
  const saved = store.cluster(defaultCluster)?.settings ?? initialSettings;
  const wanted = { ...saved, ...given };
  if (JSON.stringify(wanted) !== JSON.stringify(saved)) store.configure(defaultCluster, wanted);
}

/** Trouble that may pass is left to the reconciler, which names it and tries again. */
function openEagerly(keeper: StoreKeeper, isDegradedFine: boolean): void {
  try {
    keeper.use(() => undefined);
  } catch (error) {
    if (!(error instanceof StoreTroubleError)) throw error;
    if (!isDegradedFine && error.endsStart === true) throw error;
  }
}
