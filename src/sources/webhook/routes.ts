/** ExternalDNS's webhook contract (provider/webhook/api/httpapi.go): four requests, for one feed of each cluster. */
import { type Context, type MiddlewareHandler } from "hono";
import { Hono } from "hono/tiny";
import type { Log } from "../../base/log.ts";
import type { Address } from "../../records/address.ts";
import { type ClusterName, defaultCluster, parseClusterName } from "../../records/cluster.ts";
import { type Feed, externalDNSFeed } from "../../records/feed.ts";
import type { ReconcilerPort } from "../../engine/reconciler-port.ts";
import { inSlices } from "../../base/slices.ts";
import type { Intake, Unread } from "../../engine/intake.ts";
import type { StoredCluster } from "../../engine/store.ts";
import type { WarnOnce } from "../../base/warn-once.ts";
import { answerJSON, answerTrouble } from "../../http/answer.ts";
import type { HTTPEnvironment } from "../../http/environment.ts";
import { jsonText } from "../../http/json-text.ts";
import { domainFilter } from "./negotiation.ts";
import { type Rejected, pickEndpoints, readChanges } from "./schema.ts";

/** Compared byte for byte by ExternalDNS (provider/webhook/webhook.go), so no charset and no blank may be added. */
export const webhookMediaType = "application/external.dns.webhook+json;version=1";

interface WebhookOptions {
  /** The only feed that these routes read and change. */
  readonly feed: Feed;
  /** Where the four requests are; a path without `:cluster` is about the cluster `default`. */
  readonly paths: readonly string[];
  readonly reconciler: ReconcilerPort;
  /** Lets a request through or answers it. */
  readonly admit: MiddlewareHandler<HTTPEnvironment>;
  /** Reads the body into the variable `body`, or answers the request. */
  readonly receive: MiddlewareHandler<HTTPEnvironment>;
  readonly intake: Intake;
  /** Describes the caller, given the remote address of the socket. */
  readonly describeCaller: (remote: string | undefined) => CallerFacts | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly warnOnce: WarnOnce;
  readonly log: Log;
  /** Told of each time that ExternalDNS asks for the domains. */
  readonly negotiated: (cluster: ClusterName) => void;
}

export interface CallerFacts {
  /** The address as it is written everywhere. */
  readonly text: string;
  /** The address for clusters that follow their caller; undefined when this one may not be followed. */
  readonly followable: Address | undefined;
}

type WebhookContext = Context<HTTPEnvironment>;

/** Makes the four requests at each path. */
export function webhookRoutes(options: WebhookOptions): Hono<HTTPEnvironment> {
  const { admit, receive, paths } = options;
  const app = new Hono<HTTPEnvironment>({ strict: false });
  for (const path of paths) {
    app.get(path || "/", admit, (context) => withCluster(context, options, negotiate));
    app.get(`${path}/records`, admit, (context) => withCluster(context, options, listRecords));
    app.post(`${path}/adjustendpoints`, admit, receive, (context) => withCluster(context, options, adjustEndpoints));
    app.post(`${path}/records`, admit, receive, (context) => withCluster(context, options, changeRecords));
  }
  return app;
}

type Answer = (
  context: WebhookContext,
  options: WebhookOptions,
  cluster: StoredCluster,
) => Response | Promise<Response>;

/** A 4xx ends the ExternalDNS process, and a cluster may be configured in a moment, so an unknown one is 503. */
async function withCluster(context: WebhookContext, options: WebhookOptions, answer: Answer): Promise<Response> {
  const { reconciler, feed } = options;
  const text = context.req.param("cluster") ?? defaultCluster;
  const name = parseClusterName(text);
  const cluster = name && reconciler.read((store) => store.cluster(name));
  if (cluster === undefined) return refuseUnknown(context, options, text);
  const caller = isFromSource(context, feed) ? options.describeCaller(context.env.caller) : undefined;
  if (caller === undefined) return answer(context, options, cluster);
  const followed = feed === externalDNSFeed ? await followCaller(options, cluster, caller) : cluster;
  if (followed === undefined) return refuseUnknown(context, options, text);
  noteCaller(options, followed, caller);
  return answer(context, options, followed);
}

function noteCaller({ reconciler, feed, now }: WebhookOptions, cluster: StoredCluster, { text }: CallerFacts): void {
  const matchedIP = cluster.settings.clusterIPs.find((address) => address === text);
  reconciler.note((memory) => memory.heard({ cluster: cluster.name, feed }, { at: now(), caller: text, matchedIP }));
}

/**
 * A cluster that follows its caller gets its cluster IP first, so that what the caller sends is shown at the right address.
 *
 * @returns the cluster as it is then, if it is still there
 */
async function followCaller(
  { reconciler, log }: WebhookOptions,
  cluster: StoredCluster,
  { followable }: CallerFacts,
): Promise<StoredCluster | undefined> {
  const { name, settings } = cluster;
  const isFollowed = settings.followsCaller !== true || settings.clusterIPs.join() === followable;
  if (isFollowed || followable === undefined) return cluster;
  const fields = { code: "cluster-ip-followed", cluster: name, clusterIPs: [followable] };
  log.info(fields, `Cluster ${name} calls from ${followable}, which is its cluster IP now.`);
  await reconciler.change((store) => store.configure(name, { ...settings, clusterIPs: [followable] }));
  return reconciler.read((store) => store.cluster(name));
}

function refuseUnknown(context: WebhookContext, { warnOnce }: WebhookOptions, text: string): Response {
  const error = `Cluster ${JSON.stringify(text.slice(0, 100))} is not configured.`;
  const hint = "To configure it, run on the desktop:";
  const command = "curl -d DOMAIN http://localhost:PORT/clusters/NAME/domains";
  const fields = { code: "unknown-cluster", path: context.req.path };
  warnOnce({ kind: "unknown clusters", key: "", fields, message: `${error} ${hint} ${command}` });
  return answerJSON(context, { error, hint, command }, 503);
}

/**
 * Whether the source itself calls: a curl by hand must not count as a sign of life. Each request of ExternalDNS carries
 * the media type, in Accept or Content-Type. Other sources have a path that nobody else calls.
 */
function isFromSource({ req }: WebhookContext, feed: Feed): boolean {
  if (feed !== externalDNSFeed) return true;
  return [req.header("accept"), req.header("content-type")].some((value) => value?.includes(webhookMediaType) === true);
}

/**
 * The root path answers the list of domains, which ExternalDNS keeps until it restarts, so it is remembered. A cluster's
 * own path answers `{}`, so that domains can change at any time.
 */
function negotiate(context: WebhookContext, options: WebhookOptions, cluster: StoredCluster): Response {
  const { reconciler, feed, now } = options;
  const filter = context.req.param("cluster") === undefined ? domainFilter(cluster.settings) : {};
  const include = filter.include ?? [];
  if (feed === externalDNSFeed && isFromSource(context, feed)) {
    options.negotiated(cluster.name);
    reconciler.note((memory) => memory.negotiated({ cluster: cluster.name, feed }, { at: now(), include }));
  }
  return webhookAnswer(context, JSON.stringify(filter));
}

async function listRecords(
  context: WebhookContext,
  { reconciler, feed }: WebhookOptions,
  { name }: StoredCluster,
): Promise<Response> {
  const { first, second, pieces } = await reconciler.readInSteps(function* (store) {
    const all = yield* store.endpointsJSONInSteps(name, feed);
    return { first: all.next(), second: all.next(), pieces: all };
  });
  if (first.done === true || second.done === true) return webhookAnswer(context, first.value ?? "[]");
  const read = (): Promise<IteratorResult<string, undefined>> =>
    // oxlint-disable-next-line require-yield
    reconciler.readInSteps(function* () {
      return pieces.next();
    });
  return webhookAnswer(context, streamOf([first.value, second.value], read));
}

/** Reads one piece after the other, as the caller takes them; one that cannot be read cuts the answer off. */
function streamOf(
  begun: readonly string[],
  read: () => Promise<IteratorResult<string, undefined>>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start: (controller) => begun.forEach((piece) => controller.enqueue(encoder.encode(piece))),
    pull: async (controller) => {
      const next = await read();
      if (next.done === true) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
  });
}

async function adjustEndpoints(
  context: WebhookContext,
  { intake, feed }: WebhookOptions,
  { name }: StoredCluster,
): Promise<Response> {
  const { isWelcome, end } = intake.offer({ cluster: name, feed });
  const reading = await inSlices(pickEndpoints(context.get("body"), isWelcome));
  if (!reading.ok) return answerJSON(context, { error: reading.message }, 400);
  end(unreadOf(reading));
  return webhookAnswer(context, reading.value);
}

async function changeRecords(
  context: WebhookContext,
  { intake, feed }: WebhookOptions,
  { name }: StoredCluster,
): Promise<Response> {
  const reading = await inSlices(readChanges(context.get("body")));
  if (!reading.ok) return answerJSON(context, { error: reading.message }, 400);
  const outcome = await intake.take({ cluster: name, feed }, reading.value, unreadOf(reading));
  if (outcome.ok) return context.body(null, 204);
  return answerTrouble(context, outcome.trouble, 503);
}

function unreadOf({ bad, large }: Rejected): readonly Unread[] {
  return [
    ...bad.map((value): Unread => ({ name: jsonText(value), reason: "not-an-endpoint" })),
    ...large.map(({ dnsName: name = "" }): Unread => ({ name, reason: "record-too-large" })),
  ];
}

function webhookAnswer(context: WebhookContext, json: string | ReadableStream<Uint8Array>): Response {
  return context.body(json, 200, { "content-type": webhookMediaType });
}
