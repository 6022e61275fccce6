/** `PUT /watchers/USER`: a watcher reports how it is. */
import type { Context, MiddlewareHandler } from "hono";
import { Hono } from "hono/tiny";
import { parseJSON } from "../../base/json.ts";
import { watcherRoute } from "../../contract/paths.ts";
import type { WatchNews } from "../../contract/watcher.ts";
import type { ReconcilerPort } from "../../engine/reconciler-port.ts";
import { readIfPossible } from "../../engine/read-if-possible.ts";
import { answerJSON } from "../../http/answer.ts";
import type { HTTPEnvironment } from "../../http/environment.ts";
import type { Guard } from "../../http/guard.ts";
import { parseClusterName } from "../../records/cluster.ts";
import { type UserName, parseUserName } from "../../records/user.ts";
import type { StatusSignal } from "../status/status-signal.ts";
import { badUserName } from "./gate.ts";
import type { Watchers } from "./watchers.ts";

interface ReportRouteOptions {
  readonly reconciler: ReconcilerPort;
  readonly watchers: Watchers;
  readonly guard: Guard;
  readonly receive: MiddlewareHandler<HTTPEnvironment>;
  readonly changes: StatusSignal;
  /** Told what happened since the report before, of clusters that the server knows. */
  readonly watched: (news: WatchNews) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Makes the route. */
export function reportRoutes(options: ReportRouteOptions): Hono<HTTPEnvironment> {
  const { guard, receive } = options;
  const app = new Hono<HTTPEnvironment>({ strict: false });
  app.put(watcherRoute, guard.admit("watch"), receive, async (context) => takeReport(context, options));
  return app;
}

/** The shape is loaded with the first report, since a server without a watcher needs none of it. */
async function takeReport(context: Context<HTTPEnvironment>, options: ReportRouteOptions): Promise<Response> {
  const { watcherReportSchema } = await import("../../contract/watcher.ts");
  const user = parseUserName(context.req.param("user") ?? "");
  if (user === undefined) return badUserName(context);
  const reading = watcherReportSchema.safeParse(parseJSON(context.get("body")));
  if (!reading.success) return answerJSON(context, { error: "The body is not a watcher's report." }, 400);
  const { news, ...report } = reading.data;
  const isOwn = (name: string): boolean => isOf(options.reconciler, name, user);
  const clusters = report.clusters.filter(({ name }) => isOwn(name));
  const hasChanged = options.watchers.take({ user, heardAt: options.now(), report: { ...report, clusters } });
  options.watched({ ...news, events: news.events.filter(({ cluster }) => isOwn(cluster)) });
  if (hasChanged) options.changes.note();
  return context.body(null, 204);
}

/** Nobody's watcher speaks of another user's cluster, nor of one that the server does not know. */
function isOf(reconciler: ReconcilerPort, name: string, user: UserName): boolean {
  const cluster = parseClusterName(name);
  if (cluster === undefined) return false;
  const settings = readIfPossible(reconciler, (store) => store.cluster(cluster)?.settings);
  return settings !== undefined && (settings.user ?? user) === user;
}
