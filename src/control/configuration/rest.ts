/** The seed's REST methods, at the root for the cluster `default`, under `/clusters/NAME` for each, and under a watcher's path for its own. */
import type { Context, MiddlewareHandler } from "hono";
import { Hono } from "hono/tiny";
import type { Log } from "../../base/log.ts";
import { type Feed, externalDNSFeed, parseFeed } from "../../records/feed.ts";
import {
  type ClusterName,
  type ClusterSettings,
  chosenSettings,
  defaultCluster,
  initialSettings,
  parseClusterName,
} from "../../records/cluster.ts";
import { type ManagedDomain, parseManagedDomain } from "../../records/managed-domain.ts";
import { parseUserName } from "../../records/user.ts";
import type { ReconcilerPort } from "../../engine/reconciler-port.ts";
import { answerJSON, answerTrouble } from "../../http/answer.ts";
import type { HTTPEnvironment } from "../../http/environment.ts";
import { restartCommand, unseenDomains } from "../../sources/webhook/negotiation.ts";
import type { Forget, ForgetFeed, forgetAll } from "./forget.ts";
import type { Guard } from "../../http/guard.ts";
import { type SettingReading, readClusterIPs, readDomains, readTargetMode, readValues } from "./setting-body.ts";
import { feedPath, unlessGiven } from "../../contract/paths.ts";
import type { Permit } from "../watchers/gate.ts";

/** Where the methods are, and who may use them there. */
interface RESTMount {
  /** A path without `:cluster` is about the cluster `default`. */
  readonly prefix: string;
  readonly reading: Handler;
  readonly configuration: Handler;
  /** The feed that asks here, which `DELETE` forgets alone; undefined where the whole cluster is meant. */
  readonly feed?: Feed;
  /** Runs last, when the body is there. */
  readonly permit: Permit;
}

interface RESTOptions {
  readonly reconciler: ReconcilerPort;
  readonly guard: Guard;
  readonly mounts: readonly RESTMount[];
  readonly receive: Handler;
  readonly forget: Forget;
  readonly forgetFeed: ForgetFeed;
  readonly forgetAll: () => ReturnType<typeof forgetAll>;
  readonly tokenRequired: () => boolean;
  readonly log: Log;
}

type Handler = MiddlewareHandler<HTTPEnvironment>;

type RESTContext = Context<HTTPEnvironment>;

/** A thing that can be read and set. */
interface Resource {
  readonly path: "domains" | "clusterip" | "targets";
  /** As the predecessor wrote it into its message for an empty body. */
  readonly noun: string;
  /** What GET answers as JSON. */
  readonly show: (settings: ClusterSettings) => unknown;
  readonly set: (
    settings: ClusterSettings,
    values: readonly string[],
    hasToken: boolean,
  ) => SettingReading<ClusterSettings>;
}

const resources: readonly Resource[] = [
  {
    path: "domains",
    noun: "domain",
    show: ({ domains }) => domains,
    set: (settings, values) =>
      map(readDomains(values), (domains) => ({
        ...settings,
        domains: [...new Set([...settings.domains, ...domains])],
      })),
  },
  {
    path: "clusterip",
    noun: "cluster ip",
    show: ({ clusterIPs }) => clusterIPs.join(","),
    set: (settings, values, hasToken) =>
      map(readClusterIPs(values, hasToken), (choice) => ({ ...settings, ...choice })),
  },
  {
    path: "targets",
    noun: "targets",
    show: ({ targets }) => targets,
    set: (settings, values) => map(readTargetMode(values), (targets) => ({ ...settings, targets })),
  },
];

/** Makes the routes. */
export function restRoutes(options: RESTOptions): Hono<HTTPEnvironment> {
  const app = new Hono<HTTPEnvironment>({ strict: false });
  for (const mount of options.mounts) addMethods(app, mount, options);
  app.delete("/clusters", options.guard.admit("configuration"), async (context) => forgetEverything(context, options));
  app.delete(feedPath(":cluster", ":feed"), options.guard.admit("configuration"), (context) =>
    forgetFeedOf(context, options, parseFeed(context.req.param("feed") ?? "")),
  );
  return app;
}

function addMethods(app: Hono<HTTPEnvironment>, mount: RESTMount, options: RESTOptions): void {
  const { prefix, reading, configuration, permit } = mount;
  for (const resource of resources) {
    const path = `${prefix}/${resource.path}`;
    const change = permit("change", resource.path === "domains" ? domainsOf : undefined);
    app.get(path, reading, permit("read"), (context) => showResource(context, options, resource));
    app.post(path, configuration, options.receive, change, (context) =>
      setResource(context, options, { mount, resource }),
    );
  }
  const takeAway = permit("take-away");
  app.delete(`${prefix}/domains/:domain`, configuration, takeAway, (context) => removeDomain(context, options));
  if (prefix === "") return;
  app.delete(prefix, configuration, takeAway, (context) =>
    mount.feed === undefined ? forgetCluster(context, options) : forgetFeedOf(context, options, mount.feed),
  );
}

/** The domains that a body adds; none where it is not right, which is answered later. */
function domainsOf(context: RESTContext): readonly ManagedDomain[] {
  const domains = readDomains(readValues(context.get("body")));
  return domains.ok ? domains.value : [];
}

function showResource(context: RESTContext, { reconciler }: RESTOptions, { show }: Resource): Response {
  const name = clusterName(context);
  const settings = name && settingsOf(reconciler, name);
  return settings === undefined ? unknownCluster(context) : context.json(show(settings));
}

async function setResource(
  context: RESTContext,
  options: RESTOptions,
  { mount, resource }: { readonly mount: RESTMount; readonly resource: Resource },
): Promise<Response> {
  const { noun, set } = resource;
  const name = clusterName(context);
  if (name === undefined) return badClusterName(context);
  const values = readValues(context.get("body"));
  if (values.length === 0) return answerJSON(context, { error: `No ${noun} data provided` }, 400);
  const hasToken = options.tokenRequired();
  const before = settingsOf(options.reconciler, name) ?? newSettings(context);
  const settings = set(before, values, hasToken);
  if (!settings.ok) return answerJSON(context, { error: settings.message }, 400);
  const chosen = chosenSettings.find((each) => each === resource.path);
  if (chosen === undefined) return configure(context, options, { name, settings: settings.value });
  const isWatcher = mount.feed !== undefined;
  const isGiven = before.given?.includes(chosen) === true;
  if (isWatcher && isGiven && context.req.query(unlessGiven) !== undefined) return context.body("");
  const others = before.given?.filter((each) => each !== chosen) ?? [];
  const given = isWatcher || before.user === undefined ? others : [...others, chosen];
  return configure(context, options, {
    name,
    settings: { ...settings.value, given: given.length === 0 ? undefined : given },
  });
}

async function removeDomain(context: RESTContext, options: RESTOptions): Promise<Response> {
  const name = clusterName(context);
  const settings = name && settingsOf(options.reconciler, name);
  if (name === undefined || settings === undefined) return unknownCluster(context);
  const text = context.req.param("domain") ?? "";
  const domain = parseManagedDomain(text);
  if (domain === undefined || !settings.domains.includes(domain)) {
    return answerJSON(context, { error: `${JSON.stringify(text)} is not a managed domain of ${name}.` }, 404);
  }
  const domains = settings.domains.filter((other) => other !== domain);
  return configure(context, options, { name, settings: { ...settings, domains } });
}

/** Unlike with one cluster it is done only when the lines are gone too, which they are to be whatever the state is. */
async function forgetEverything(context: RESTContext, { forgetAll }: RESTOptions): Promise<Response> {
  const { clusters, outcome } = await forgetAll();
  return outcome.ok ? context.json(clusters) : answerTrouble(context, outcome.trouble, 503);
}

async function forgetCluster(context: RESTContext, { reconciler, forget }: RESTOptions): Promise<Response> {
  const name = clusterName(context);
  if (name === undefined || settingsOf(reconciler, name) === undefined) return unknownCluster(context);
  const outcome = await forget(name);
  if (!outcome.ok && !outcome.stored) return answerTrouble(context, outcome.trouble, 503);
  return context.body("");
}

async function forgetFeedOf(
  context: RESTContext,
  { reconciler, forgetFeed }: RESTOptions,
  feed: Feed | undefined,
): Promise<Response> {
  const name = clusterName(context);
  if (name === undefined || feed === undefined || settingsOf(reconciler, name) === undefined)
    return unknownCluster(context);
  const outcome = await forgetFeed({ cluster: name, feed });
  if (!outcome.ok && !outcome.stored) return answerTrouble(context, outcome.trouble, 503);
  return context.body("");
}

/** Once stored it is done for the caller; that a sink lags behind is for status and log to say. */
async function configure(
  context: RESTContext,
  { reconciler, log }: RESTOptions,
  { name, settings }: { readonly name: ClusterName; readonly settings: ClusterSettings },
): Promise<Response> {
  const outcome = await reconciler.change((store) => store.configure(name, settings));
  if (!outcome.ok && !outcome.stored) return answerTrouble(context, outcome.trouble, 503);
  log.info(
    { code: "cluster-configured", cluster: name, ...settings },
    `Cluster ${name} is configured: ${settingsWords(settings)}.`,
  );
  const unseen = unseenDomains(
    settings,
    reconciler.read((store) => store.memory.negotiation({ cluster: name, feed: externalDNSFeed })),
  );
  if (unseen.length > 0) {
    const message = `ExternalDNS of ${name} does not look at ${unseen.join(", ")} before it restarts; run: ${restartCommand}`;
    log.warn({ code: "restart-external-dns", cluster: name, domains: unseen }, message);
  }
  return context.body("");
}

function settingsWords({ clusterIPs, followsCaller, domains, targets }: ClusterSettings): string {
  const list = (values: readonly string[]): string => (values.length === 0 ? "none" : values.join(", "));
  return `cluster IP ${list(clusterIPs)}${followsCaller === true ? ", follows the caller" : ""}; domains ${list(domains)}; targets ${targets}`;
}

function clusterName(context: RESTContext): ClusterName | undefined {
  return parseClusterName(context.req.param("cluster") ?? defaultCluster);
}

function settingsOf(reconciler: ReconcilerPort, name: ClusterName): ClusterSettings | undefined {
  return reconciler.read((store) => store.cluster(name)?.settings);
}

/** A cluster that a watcher makes is its user's. */
function newSettings({ req }: RESTContext): ClusterSettings {
  const user = parseUserName(req.param("user") ?? "");
  return user === undefined ? initialSettings : { ...initialSettings, user };
}

function unknownCluster(context: RESTContext): Response {
  return answerJSON(
    context,
    { error: `Cluster ${JSON.stringify(context.req.param("cluster"))} is not configured.` },
    404,
  );
}

function badClusterName(context: RESTContext): Response {
  const text = JSON.stringify(context.req.param("cluster"));
  return answerJSON(
    context,
    { error: `${text} cannot name a cluster; use lower-case letters, digits and hyphens.` },
    400,
  );
}

function map<From, To>(reading: SettingReading<From>, to: (value: From) => To): SettingReading<To> {
  return reading.ok ? { ok: true, value: to(reading.value) } : reading;
}
