/** What a watcher tells the server of itself at `PUT /watchers/USER`; one home for its writer and its reader. */
import * as z from "zod/mini";

/** Why the objects of a kind were listed anew. */
export const relistReasons = [
  "ended",
  "silent",
  "disconnected",
  "expired",
  "error-event",
  "unreadable",
  "unauthorized",
  "forbidden",
  "not-found",
  "refused",
] as const;

/** How a cluster is followed: `live` once every kind that may be read was listed and is watched. */
const watchStates = ["connecting", "listing", "live", "unreachable", "login-needed"] as const;

/** How a kind is followed. */
const kindStates = ["listing", "live", "waiting", "forbidden"] as const;

const text = z.string().check(z.maxLength(2000));
const texts = z.array(text).check(z.maxLength(1000));
const count = z.number().check(z.nonnegative());
/** ISO 8601. */
const moment = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/));

const kindSchema = z.object({
  kind: text,
  /** Empty for Kubernetes' own core. */
  group: text,
  version: text,
  /** None means the whole cluster. */
  namespaces: texts,
  state: z.enum(kindStates),
  objects: count,
  lastEvent: z.nullable(moment),
});

const clusterSchema = z.object({
  name: text,
  context: text,
  /** URL of the API server. */
  server: text,
  state: z.enum(watchStates),
  since: moment,
  /** Why it is not live, as a sentence. */
  reason: z.nullable(text),
  /** UID of the namespace kube-system, which tells one cluster from another. */
  uid: z.nullable(text),
  /** When another cluster was found in its place. */
  madeAnew: z.nullable(moment),
  /** Why the server does not take what the watcher hands in of it, as a sentence. */
  refused: z.nullable(text),
  kinds: z.array(kindSchema).check(z.maxLength(100)),
});

const contextSchema = z.object({
  name: text,
  watched: z.boolean(),
  /** A code; null where it is watched. */
  reason: z.nullable(text),
  /** The reason as a sentence. */
  message: z.nullable(text),
  /** What makes the watcher watch it; null where it is watched, or no flag helps. */
  flag: z.nullable(text),
});

/** What happened since the report before. */
const newsSchema = z.object({
  events: z.array(z.object({ cluster: text, kind: text, count })).check(z.maxLength(10_000)),
  relists: z.array(z.object({ reason: z.enum(relistReasons), count })).check(z.maxLength(relistReasons.length)),
  /** Seconds from events to the server's word that their lines are there. */
  seconds: z.array(count).check(z.maxLength(1000)),
});

export const watcherReportSchema = z.object({
  pid: count,
  version: text,
  /** Start of the process. */
  since: moment,
  /** Whether this is its last report. */
  ended: z.boolean(),
  contexts: z.array(contextSchema).check(z.maxLength(1000)),
  clusters: z.array(clusterSchema).check(z.maxLength(100)),
  news: newsSchema,
});

export type WatcherReport = z.infer<typeof watcherReportSchema>;
export type ReportedCluster = z.infer<typeof clusterSchema>;
export type WatchNews = z.infer<typeof newsSchema>;
