/** Puts the HTTP application together: limits, then the guard before each route, then what answers. */
import type { Context, MiddlewareHandler } from "hono";
import { Hono } from "hono/tiny";
import type { Log } from "../base/log.ts";
import { inSlices } from "../base/slices.ts";
import { parseClusterIPs } from "../records/cluster.ts";
import { externalDNSFeed, watchFeed } from "../records/feed.ts";
import { zonesInSteps } from "../records/zone.ts";
import { explainName } from "../records/zone-answer.ts";
import { zoneTextInSteps } from "../records/zone-text.ts";
import { readIfPossible } from "../engine/read-if-possible.ts";
import type { ReconcilerPort } from "../engine/reconciler-port.ts";
import { StoreTroubleError } from "../engine/store-trouble.ts";
import { answerJSON, answerJSONText, answerTrouble } from "../http/answer.ts";
import type { HTTPEnvironment, HTTPHandler } from "../http/environment.ts";
import { Intake } from "../engine/intake.ts";
import { LeftOutMemory } from "../engine/left-out.ts";
import { type CallerFacts, webhookRoutes } from "../sources/webhook/routes.ts";
import type { Adopter } from "../sinks/hosts-file/adoption-slot.ts";
import { adoptRoutes } from "../sinks/hosts-file/adopt-routes.ts";
import { readOwnLines } from "../sinks/hosts-file/own-lines.ts";
import { type TeamControl, teamRoutes } from "../sources/team/team-routes.ts";
import type { Responder } from "../engine/responder.ts";
import type { TeamFollowers } from "../engine/team-facts.ts";
import type { TeamServerObserver } from "../engine/team-server-facts.ts";
import { AllowList } from "../http/allow-list.ts";
import { Bodies } from "../http/bodies.ts";
import { originOf, parseCaller } from "../records/caller.ts";
import type { StatusSignal } from "../control/status/status-signal.ts";
import type { Peer } from "../http/connections.ts";
import { type Forget, forgetAll, makeForget, makeForgetFeed } from "../control/configuration/forget.ts";
import { type Guard, createGuard } from "../http/guard.ts";
import { type Limits, defaultLimits, limitRequests, receiveBody, roomFor, settingBodyMost } from "../http/limits.ts";
import type { Metrics } from "../control/status/metrics.ts";
import { describeAnswering } from "../contract/answering.ts";
import { namesJSONInSteps } from "../contract/names.ts";
import { machineNetworks } from "../platform/inner.ts";
import type { WiringObserver } from "../platform/resolver-wiring.ts";
import type { Network, NetworkSource } from "../records/network.ts";
import { createWarnOnce } from "../base/warn-once.ts";
import { collectReasons, findListed } from "../control/status/not-shown.ts";
import { pageRoutes } from "../control/page/routes.ts";
import { reasonsNotReady } from "../control/status/readiness.ts";
import { createProver } from "../http/prover.ts";
import { reportRoutes } from "../control/watchers/report-routes.ts";
import { Watchers } from "../control/watchers/watchers.ts";
import { restRoutes } from "../control/configuration/rest.ts";
import { Sessions } from "../http/sessions.ts";
import { type ServerFacts, type StatusOptions, buildStatus, shownNow } from "../control/status/report.ts";
import type { AdminToken } from "../contract/token.ts";
import { clusterRoute, paths, watchedClusterPath, writingsPath, zoneNamePath } from "../contract/paths.ts";
import { toWritings } from "../contract/writing.ts";
import { canonicalName } from "../records/name.ts";
import { makePermit, permitAll, watcherRoutes } from "../control/watchers/gate.ts";
import type { ManagedDomain } from "../records/managed-domain.ts";

export interface AppOptions {
  readonly reconciler: ReconcilerPort;
  /** The hosts file, which can take over the user's own lines; undefined where none is kept. */
  readonly adopter: Adopter | undefined;
  /** The DNS responder, if it is on. */
  readonly responder?: Responder | undefined;
  /** How the system resolver is told the managed domains; undefined where it is left alone. */
  readonly resolver?: WiringObserver | undefined;
  /** Those that follow teams; without them no team can be joined. */
  readonly teams?: (TeamFollowers & TeamControl) | undefined;
  /** The etcd of a team server; undefined for every other server. */
  readonly teamServer?: TeamServerObserver | undefined;
  /** How many desktops follow a team server. */
  readonly followers?: (() => number | undefined) | undefined;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly changes: StatusSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Who may call, which may change; without it the networks are worked out. */
  readonly allow: () => readonly Network[] | undefined;
  readonly adminToken: () => AdminToken;
  /** The domains in which watchers may have names; undefined for those of the cluster `default`. */
  readonly watchDomains?: (() => readonly ManagedDomain[] | undefined) | undefined;
  /** This machine's names, lower case. */
  readonly ownNames: () => ReadonlySet<string>;
  readonly facts: ServerFacts;
  /** Where the server listens, as a URL without trailing slash. */
  readonly address: () => string;
  readonly limits?: Limits;
  readonly networks?: NetworkSource;
}

export interface App extends HTTPHandler {
  /** Says who a remote address is, before it has sent a byte. */
  readonly judge: (remote: string | undefined) => Peer;
  /** The networks that may call now beside this machine itself, as text. */
  readonly allowed: () => readonly string[];
  readonly forget: Forget;
}

/** Makes the application; it holds no port and no timer. */
export function createApp(options: AppOptions): App {
  const { reconciler, log, now, limits = defaultLimits } = options;
  const warnOnce = createWarnOnce({ log, now });
  const allowList = createAllowList(options);
  const { adminToken, ownNames, metrics, changes } = options;
  const sessions = new Sessions({ adminToken, now });
  // Cookies are shared by all ports of a host, so each server needs a name of its own.
  const cookieName = (): string => `hostsfile-server-${new URL(options.address()).port}`;
  const guard = createGuard({
    allowList,
    adminToken,
    sessions,
    cookieName,
    ownNames,
    warnOnce,
    refused: metrics.refused,
  });
  const prover = createProver({ adminToken, elapsed: () => performance.now() });
  const tokenRequired = (): boolean => adminToken().kind !== "none";
  const bodies = new Bodies(roomFor(limits));
  const receive = receiveBody(limits, bodies);
  const receiveSetting = receiveBody({ body: Math.min(limits.body, settingBodyMost) }, bodies);
  const leftOut = new LeftOutMemory(log);
  const watchers = new Watchers();
  const forget = makeForget({ reconciler, leftOut, log });
  const allowed = (): readonly string[] => allowList.describe();

  const app = new Hono<HTTPEnvironment>({ strict: false });
  app.use(noteRequests(options));
  app.use(prover.middleware);
  app.use(limitRequests(limits));
  const statusOptions: StatusOptions = {
    ...options,
    leftOut,
    allowed,
    areNeighbours: (caller, other) => allowList.areNeighbours(caller, other),
    tokenRequired,
    watchers,
  };
  app.route("/", statusRoutes(guard, metrics, statusOptions));
  app.route("/", prover.routes(guard));
  app.route("/", pageRoutes({ ...statusOptions, guard, changes, sessions, cookieName }));
  const gate = { reconciler, guard, watchDomains: () => options.watchDomains?.(), warnOnce, log };
  const permit = makePermit(gate);
  const watched = watchedClusterPath(":user", ":cluster");
  const forAdmins = {
    reading: guard.admit("reading"),
    configuration: guard.admit("configuration"),
    permit: permitAll,
  };
  const describeCaller = callerDescriber(allowList, tokenRequired);
  const feedOptions = {
    reconciler,
    receive,
    intake: new Intake(reconciler, leftOut),
    describeCaller,
    warnOnce,
    log,
    now,
    negotiated: metrics.negotiated,
  };
  app.route(
    "/",
    webhookRoutes({
      ...feedOptions,
      feed: externalDNSFeed,
      paths: ["", clusterRoute],
      admit: guard.admit("webhook"),
    }),
  );
  app.route(
    "/",
    webhookRoutes({
      ...feedOptions,
      feed: watchFeed,
      paths: [watched],
      admit: async (context, next) =>
        guard.check(context, "watch") ?? permit(context.req.method === "GET" ? "read" : "change")(context, next),
    }),
  );
  app.route("/", watcherRoutes(gate));
  app.route(
    "/",
    reportRoutes({ reconciler, watchers, guard, receive: receiveSetting, changes, watched: metrics.watched, now }),
  );
  app.route(
    "/",
    restRoutes({
      reconciler,
      guard,
      mounts: [
        { prefix: "", ...forAdmins },
        { prefix: clusterRoute, ...forAdmins },
        {
          prefix: watched,
          reading: guard.admit("watch"),
          configuration: guard.admit("watch"),
          permit,
          feed: watchFeed,
        },
      ],
      receive: receiveSetting,
      forget,
      forgetFeed: makeForgetFeed({ reconciler, leftOut, log }, forget),
      forgetAll: () => forgetAll({ reconciler, leftOut, log }),
      tokenRequired,
      log,
    }),
  );
  const { adopter, facts } = options;
  if (adopter !== undefined) {
    app.route("/", adoptRoutes({ reconciler, adopter, guard, receive, log, ownNames, facts }));
  }
  if (options.teams !== undefined) {
    const ownLines = (): ReturnType<typeof readOwnLines> => readOwnLines(facts.hostsFile);
    app.route("/", teamRoutes({ reconciler, guard, receive, control: options.teams, ownLines, log }));
  }
  app.notFound((context) => answerJSON(context, { error: "Not Found" }, 404));
  app.onError((error, context) => answerError(error, context, log));
  return {
    fetch: (request, environment) => app.fetch(request, environment),
    judge: (remote) => judgePeer(allowList, remote),
    allowed,
    forget,
    giveUpBodies: (reason) => bodies.giveUpUnfinished(reason),
  };
}

/** This machine's addresses count one by one, since guests may have others of the same IPv6 network. */
function judgePeer(allowList: AllowList, remote: string | undefined): Peer {
  const caller = parseCaller(remote);
  if (caller === undefined) return { place: "stranger", origin: "" };
  const place = allowList.placeOf(caller);
  return { place, origin: place === "own" ? caller.text : originOf(caller) };
}

/** Counts each request once it is answered; with `--debug` it is a line in the log. */
function noteRequests({ log, metrics }: AppOptions): MiddlewareHandler<HTTPEnvironment> {
  return async (context, next) => {
    const start = performance.now();
    await next();
    const { req, res, env } = context;
    const milliseconds = performance.now() - start;
    metrics.request({ method: req.method, path: req.path, status: res.status, milliseconds });
    const fields = { from: env.caller, status: res.status, milliseconds: Math.round(milliseconds) };
    log.debug(fields, `${req.method} ${req.path} -> ${res.status}`);
  };
}

function createAllowList({ reconciler, allow, networks = machineNetworks(), now }: AppOptions): AllowList {
  const clusterIPs = () =>
    readIfPossible(reconciler, (store) => [...store.clusters()].flatMap(({ settings }) => settings.clusterIPs)) ?? [];
  return new AllowList({ explicit: allow, networks, clusterIPs, now });
}

/** Only a token proves the identity of a caller. This machine's own addresses belong to any caller behind address translation. */
function callerDescriber(
  allowList: AllowList,
  tokenRequired: () => boolean,
): (remote: string | undefined) => CallerFacts | undefined {
  return (remote) => {
    const caller = parseCaller(remote);
    if (caller === undefined) return undefined;
    const isFollowable = tokenRequired() && !allowList.isOwn(caller);
    return { text: caller.text, followable: isFollowable ? parseClusterIPs([caller.text])?.[0] : undefined };
  };
}

function statusRoutes(guard: Guard, metrics: Metrics, options: StatusOptions): Hono<HTTPEnvironment> {
  const { reconciler } = options;
  const app = new Hono<HTTPEnvironment>({ strict: false });
  app.get(paths.status, guard.admit("detail"), (context) => answerJSON(context, buildStatus(options)));
  app.get(paths.names, guard.admit("detail"), async (context) => {
    const { entries, sinksOf } = findListed(reconciler.state());
    return answerJSONText(context, await inSlices(namesJSONInSteps(entries, sinksOf)));
  });
  app.get(paths.zones, guard.admit("detail"), async (context) => {
    const { view } = reconciler.state();
    const zones = await inSlices(zonesInSteps(view));
    const serial = Math.floor(options.now() / 1000) % 2 ** 32;
    return context.text(await inSlices(zoneTextInSteps(zones, serial)));
  });
  app.get(zoneNamePath(":name"), guard.admit("detail"), async (context) => {
    const zones = await inSlices(zonesInSteps(reconciler.state().view));
    const answering = explainName(zones, (context.req.param("name") ?? "").toLowerCase());
    return answerJSON(context, answering === undefined ? { zone: null } : describeAnswering(answering));
  });
  const { teamServer } = options;
  if (teamServer !== undefined) {
    app.get(writingsPath(":name"), guard.admit("detail"), async (context) => {
      const found = await teamServer.writings(canonicalName(context.req.param("name") ?? ""));
      return "code" in found ? answerTrouble(context, found, 503) : answerJSON(context, toWritings(found));
    });
  }
  app.get(paths.metrics, guard.admit("detail"), async (context) => {
    const shown = shownNow(reconciler);
    const { contentType, text } = await metrics.render({
      status: buildStatus(options, { shown }),
      ...collectReasons(reconciler.state(), shown),
      leftOut: options.leftOut.list().map(({ cluster, reason }) => ({ cluster, reason })),
      responder: options.responder?.facts(),
      wiring: options.resolver?.facts(),
      followers: options.followers?.(),
    });
    return context.text(text, 200, { "content-type": contentType });
  });
  app.get(paths.health, nameCaller, guard.admit("word"), (context) => context.text("ok\n"));
  app.get(paths.ready, guard.admit("word"), (context) => {
    const reasons = reasonsNotReady(reconciler.state(), options.adminToken());
    const ready = reasons.length === 0;
    const status = ready ? 200 : 503;
    if (!guard.maySeeDetail(context)) return context.text(ready ? "ready\n" : "not ready\n", status);
    return answerJSON(context, { ready, reasons }, status);
  });
  return app;
}

/** Tells a caller behind address translation which address the server sees, whether it is let in or not. */
const nameCaller: MiddlewareHandler<HTTPEnvironment> = async (context, next) => {
  const caller = parseCaller(context.env.caller);
  if (caller !== undefined) context.header(seenFromHeader, caller.text);
  await next();
};

/** The answer's header with the caller's address. */
const seenFromHeader = "x-seen-from";

/** A store that cannot be used may be usable in a moment, so ExternalDNS must come again: 503, never 4xx. */
function answerError(error: Error, context: Context<HTTPEnvironment>, log: Log): Response {
  if (error instanceof StoreTroubleError) return answerTrouble(context, error, 503);
  const fields = { code: "internal-error", err: error, path: context.req.path };
  log.error(fields, `${context.req.method} ${context.req.path} failed; this is a bug, please report it.`);
  return answerJSON(context, { error: "Internal error; the server's log has it." }, 500);
}
