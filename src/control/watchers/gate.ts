/** Runs before every route about a cluster that a user's watcher feeds: refuses with a sentence, or lets the request through. */
import type { Context, MiddlewareHandler } from "hono";
import { Hono } from "hono/tiny";
import type { Log } from "../../base/log.ts";
import { adviceOf } from "../../base/trouble.ts";
import type { WarnOnce } from "../../base/warn-once.ts";
import { watcherRoute } from "../../contract/paths.ts";
import type { ReconcilerPort } from "../../engine/reconciler-port.ts";
import { Turns } from "../../engine/turns.ts";
import { answerJSON, answerTrouble } from "../../http/answer.ts";
import type { HTTPEnvironment } from "../../http/environment.ts";
import type { Guard } from "../../http/guard.ts";
import { type ClusterName, type ClusterSettings, defaultCluster, parseClusterName } from "../../records/cluster.ts";
import type { ManagedDomain } from "../../records/managed-domain.ts";
import { parseUserName } from "../../records/user.ts";
import { type WatchCall, type WatchDeed, judgeWatch } from "./permission.ts";
import { explainRefusal } from "./trouble.ts";

type WatchContext = Context<HTTPEnvironment>;
type Handler = MiddlewareHandler<HTTPEnvironment>;

/**
 * Makes the handler that runs before a deed.
 *
 * @param added - reads the domains that a request adds
 */
export type Permit = (deed: WatchDeed, added?: (context: WatchContext) => readonly ManagedDomain[]) => Handler;

/** Permits everything, where the guard alone decides. */
export const permitAll: Permit = () => async (_, next) => next();

interface GateOptions {
  readonly reconciler: ReconcilerPort;
  readonly guard: Guard;
  /** The domains in which watchers may have names; undefined for those of the cluster `default`. */
  readonly watchDomains: () => readonly ManagedDomain[] | undefined;
  readonly warnOnce: WarnOnce;
  readonly log: Log;
}

/** Makes the gate. */
export function makePermit(options: GateOptions): Permit {
  // Clusters come into being one at a time, so that their number is known.
  const creations = new Turns();
  return (deed, added) => async (context, next) => {
    const user = parseUserName(context.req.param("user") ?? "");
    const cluster = parseClusterName(context.req.param("cluster") ?? "");
    if (user === undefined) return badUserName(context);
    // What cannot name a cluster is the route's to answer.
    if (cluster === undefined) return next();
    const asked = { user, cluster, deed, added: added?.(context) ?? [] };
    const go = async (): Promise<Response | void> => (await refuse(context, options, asked)) ?? next();
    return deed === "change" && settingsOf(options, cluster) === undefined ? creations.take(go) : go();
  };
}

/** Makes the route that tells a watcher in which domains it may have names. */
export function watcherRoutes(options: GateOptions): Hono<HTTPEnvironment> {
  const app = new Hono<HTTPEnvironment>({ strict: false });
  app.get(`${watcherRoute}/domains`, options.guard.admit("watch"), (context) => context.json(domainsFor(options)));
  return app;
}

async function refuse(
  context: WatchContext,
  options: GateOptions,
  asked: Pick<WatchCall, "user" | "cluster" | "deed" | "added">,
): Promise<Response | undefined> {
  const { user, cluster, deed } = asked;
  const [settings, domains] = [settingsOf(options, cluster), domainsFor(options)];
  const mayConfigure = options.guard.mayConfigure(context);
  const known = { settings, mayConfigure, allowed: new Set(domains), fed: countFed(options, user) };
  const verdict = judgeWatch({ ...asked, ...known });
  if (!verdict.ok) {
    const trouble = explainRefusal(verdict, asked, domains);
    const { code, message } = trouble;
    const fields = { code, user, cluster };
    const key = `${user} ${cluster} ${code}`;
    options.warnOnce({ kind: "refused watchers", key, fields, message: `${message} ${adviceOf(trouble)}` });
    return answerTrouble(context, trouble, 403);
  }
  if (settings === undefined) return undefined;
  const due = { ...settings, domains: verdict.kept, user: deed === "change" ? user : settings.user };
  return bringIntoRule(options, { cluster, settings, due });
}

/** What a watcher changes is its user's from then on, and keeps no domain that watchers may not use any more. */
async function bringIntoRule(
  { reconciler, log }: GateOptions,
  {
    cluster,
    settings,
    due,
  }: { readonly cluster: ClusterName; readonly settings: ClusterSettings; readonly due: ClusterSettings },
): Promise<undefined> {
  const lost = settings.domains.filter((domain) => !due.domains.includes(domain));
  if (lost.length === 0 && settings.user === due.user) return;
  await reconciler.change((store) => store.configure(cluster, due));
  const fields = { code: "cluster-configured", cluster, ...due };
  const without =
    lost.length === 0 ? "" : ` It has no longer the domains ${lost.join(", ")}, which watchers may not use.`;
  log.info(fields, `The watcher of ${due.user ?? "nobody"} feeds cluster ${cluster}.${without}`);
}

function domainsFor({ watchDomains, reconciler }: GateOptions): readonly ManagedDomain[] {
  return watchDomains() ?? reconciler.read((store) => store.cluster(defaultCluster)?.settings.domains) ?? [];
}

function settingsOf({ reconciler }: GateOptions, cluster: ClusterName): ClusterSettings | undefined {
  return reconciler.read((store) => store.cluster(cluster)?.settings);
}

function countFed({ reconciler }: GateOptions, user: string): number {
  return reconciler.read((store) => [...store.clusters()].filter(({ settings }) => settings.user === user).length);
}

/** Answers a path that names no user. */
export function badUserName(context: WatchContext): Response {
  const text = JSON.stringify(context.req.param("user"));
  return answerJSON(context, { error: `${text} cannot name a user; use letters, digits and . _ - @ +.` }, 400);
}
