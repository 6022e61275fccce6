/** The composition root: the only place that wires store, hosts file, reconciler and HTTP together. */
import { hostname } from "node:os";
import { isDeepStrictEqual } from "node:util";
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
import type { ReconcilerPort } from "../engine/reconciler-port.ts";
import type { ResolverFollower, ResolverOptions } from "./resolver-follower.ts";
import { placeToAsk } from "../platform/resolver-wiring.ts";
import { DaemonTeams } from "./teams.ts";
import { listenTogether } from "./listen-together.ts";
import { type Loop, openOwnLoop, openTeamLoop } from "./loop.ts";
import { countSilence } from "./silence.ts";
import { renderCommand } from "../base/shell.ts";
import { platform } from "../platform/current.ts";
import { isRoot } from "../platform/user.ts";
import type { StoreKeeper } from "../engine/keeper.ts";
import { keepFolder, keepInMemory } from "../store/keepers.ts";
import type { Store } from "../engine/store.ts";
import { StoreTroubleError } from "../engine/store-trouble.ts";
import { TroubleError } from "../base/trouble.ts";
import type { TeamOptions } from "../team-server/open.ts";
import { version } from "../base/version.ts";

export interface DaemonOptions {
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
  /** Undefined for a server that keeps none. */
  readonly hostsFile: string | undefined;
  readonly stateFolder: string;
  /** The etcd in which a team server keeps everything; undefined for a server that keeps its records itself. */
  readonly team?: TeamOptions | undefined;
  /** Milliseconds of silence, while the server ran, after which a cluster is forgotten; never when undefined. */
  readonly forgetAfter?: number | undefined;
  /** How the system resolver is told the managed domains; undefined where it is left alone. */
  readonly resolver?: Pick<ResolverOptions, "asked" | "lifetime" | "mayExempt"> | undefined;
  /** Everything in memory: no lock, no state, no write. */
  readonly isDryRun: boolean;
  /** Where the DNS responder listens, and the sockets that a service manager holds for it; it is off when undefined. */
  readonly dns?:
    | {
        readonly places: readonly ListenAddress[];
        readonly held: readonly HeldSocket[];
        /** Whether somebody asked for it. */
        readonly isAsked: boolean;
        /** Seconds that an answer may be kept at most. */
        readonly mostTTL?: number | undefined;
      }
    | undefined;
  /** Sockets that a service manager holds for a responder that is off. */
  readonly refusing?: readonly HeldSocket[];
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

/** Where the hosts file is, for people, when there is none. */
export const noHostsFile = "none";

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
  const { log, isDryRun, hostsFile } = options;
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
  // An edit before the first view needs no second look: that view is shown in the file as it is then.
  let reconcile = (): void => undefined;
  const sink = await openSink(options, {
    previous: () => previous,
    position: () => loop.position(),
    onOutsideEdit: () => reconcile(),
  });
  if (sink !== undefined) stack.use(sink);
  const responder = await openResponder(options, {
    mayAsk: (remote) => app.judge(remote).place !== "stranger",
    onSocketChange: () => void reconciler.reconcile(),
  });
  if (responder !== undefined) stack.use(responder);
  const { refusing = [] } = options;
  if (refusing.length > 0) stack.use(await (await import("../sinks/dns/refusing.ts")).refuseQueries(refusing));
  const resolver = await followResolver(options, responder, () => changes.note());
  if (resolver !== undefined) stack.use(resolver);
  // A team server hands on what is its own team's alone.
  const teams =
    options.team === undefined
      ? new DaemonTeams({ reconciler: () => reconciler, log, changed: () => changes.note() })
      : undefined;
  const parts = {
    // The responder takes no time, and the hosts file waits for the disk.
    sinks: [sink, responder].filter((each) => each !== undefined),
    ownNames: () => ownNames,
    listener: listenTogether(
      new Announcer(log, { isDryRun }),
      metrics.listener,
      changes.listener,
      ...(teams ? [teams.listener] : []),
      ...(resolver ? [resolver.listener] : []),
    ),
    previous: () => previous,
    now: Date.now,
  };
  const loop: Loop = stack.use(
    options.team === undefined
      ? openOwnLoop(keepRecords(options, opened), parts)
      : await openTeamLoop(options.team, parts, {
          save: (store) => saveGiven(store, options.given),
          log,
          changed: () => changes.note(),
        }),
  );
  const { reconciler, teamServer } = loop;
  reconcile = () => void reconciler.reconcile();
  // Before the reconciler ends, which takes their changes.
  if (teams !== undefined) stack.use(teams);
  const app = createApp({
    reconciler,
    adopter: sink,
    responder,
    resolver,
    teams,
    teamServer,
    followers: () => loop.following?.count(),
    metrics,
    changes,
    log,
    now: Date.now,
    allow: options.allow,
    adminToken: options.adminToken,
    watchDomains: options.watchDomains,
    ownNames: () => ownNames,
    facts: { pid: process.pid, version, since, hostsFile: hostsFile ?? noHostsFile, dryRun: isDryRun },
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

/** Opens the store at once where that cannot pass; other trouble is left to the reconciler, which names it and tries again. */
function keepRecords(options: DaemonOptions, opened: (store: Store) => void): StoreKeeper {
  const { stateFolder: folder, hostsFile, isDryRun } = options;
  const shown = hostsFile === undefined ? undefined : () => shownBefore(hostsFile);
  const keeper = isDryRun ? keepInMemory(opened) : keepFolder({ folder, now: Date.now, shown }, opened);
  openEagerly(keeper, mustAnswer(options));
  return keeper;
}

/** Where the system resolver is left alone, nothing of it is loaded. */
async function followResolver(
  { resolver, dns, isDryRun, stateFolder, log }: DaemonOptions,
  responder: Responder | undefined,
  onChange: () => void,
): Promise<ResolverFollower | undefined> {
  if (resolver === undefined || isDryRun) return undefined;
  const { ResolverFollower: Follower } = await import("./resolver-follower.ts");
  const place = placeToAsk(dns?.places ?? []);
  const isAnswering = (): boolean =>
    responder?.facts().sockets.some((socket) => socket.isOpen && isDeepStrictEqual(socket.place, place)) === true;
  return new Follower({ ...resolver, responder: place, isAnswering, stateFolder, onChange, log });
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
): Promise<(Sink & Adopter) | undefined> {
  const { hostsFile, stateFolder, isDryRun } = options;
  if (hostsFile === undefined) return undefined;
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
