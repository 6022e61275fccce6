/** What the database's rows hold, read back as strictly as what comes from the wire. */
import * as z from "zod/mini";
import { parsedBy } from "../base/text-schema.ts";
import { chosenSettings, initialSettings, parseClusterIPs, parseClusterName, targetModes } from "../records/cluster.ts";
import type { ClusterName, ClusterSettings } from "../records/cluster.ts";
import { type Endpoint, type RecordKey, keyText, recordKey } from "../records/endpoint.ts";
import { type ClusterFeed, type Feed, parseFeed } from "../records/feed.ts";
import { isEndpoint } from "../records/endpoint-shape.ts";
import { type ManagedDomain, parseManagedDomain } from "../records/managed-domain.ts";
import { parseUserName } from "../records/user.ts";
import type { Position } from "../records/position.ts";
import type { Contact, Negotiation } from "../engine/memory.ts";
import { DamageError } from "./trouble.ts";

const clusterIPsSchema = z.pipe(
  z.array(z.string()),
  z.transform((texts, context) => {
    const addresses = texts.length === 0 ? initialSettings.clusterIPs : parseClusterIPs(texts);
    if (addresses === undefined) context.issues.push({ code: "custom", message: "no cluster IP", input: texts });
    return addresses ?? z.NEVER;
  }),
);

const domainSchema = z.pipe(
  z.string(),
  z.transform((text, context): ManagedDomain => {
    const domain = parseManagedDomain(text);
    if (domain === undefined) context.issues.push({ code: "custom", message: "no domain", input: text });
    return domain ?? z.NEVER;
  }),
);

const settingsSchema = z.object({
  clusterIPs: clusterIPsSchema,
  followsCaller: z.optional(z.boolean()),
  domains: z.array(domainSchema),
  targets: z.enum(targetModes),
  user: z.optional(z.pipe(z.string(), parsedBy(parseUserName, "a user's name"))),
  given: z.optional(z.array(z.enum(chosenSettings))),
});

const negotiationSchema = z.object({ at: z.number(), include: z.array(z.string()) });

const clusterRowSchema = z.object({
  name: z.string(),
  settings: z.string(),
});

const contactRowSchema = z.object({
  cluster: z.string(),
  feed: z.string(),
  heard_at: z.nullable(z.number()),
  caller: z.nullable(z.string()),
  matched_ip: z.nullable(z.string()),
  silent_for: z.int(),
  negotiation: z.nullable(z.string()),
});

const recordRowSchema = z.object({
  cluster: z.string(),
  name: z.string(),
  feed: z.string(),
  type: z.string(),
  set_identifier: z.string(),
  sequence: z.int(),
  endpoint: z.string(),
  generation: z.int(),
});

const positionRowSchema = z.object({
  id: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  generation: z.int(),
  takes_over: z.int(),
});

interface ClusterRow {
  readonly name: ClusterName;
  readonly settings: ClusterSettings;
}

interface ContactRow extends ClusterFeed {
  readonly contact: Contact;
  readonly negotiation: Negotiation | undefined;
}

interface RecordRow extends ClusterFeed {
  readonly key: RecordKey;
  readonly sequence: number;
  readonly endpoint: Endpoint;
  /** Of the endpoint as JSON. */
  readonly bytes: number;
  /** Of the change that wrote it. */
  readonly generation: number;
}

/**
 * Reads a row of the table `cluster`.
 *
 * @throws DamageError when the row breaks a rule
 */
export function readClusterRow(row: unknown): ClusterRow {
  return orDamage(() => toClusterRow(row));
}

/** Reads a cluster's settings from their JSON; undefined for what breaks a rule. */
export function readSettings(text: string): ClusterSettings | undefined {
  try {
    return settingsSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Reads a row of the table `contact`.
 *
 * @throws DamageError when the row breaks a rule
 */
export function readContactRow(row: unknown): ContactRow {
  return orDamage(() => toContactRow(row));
}

/**
 * Reads a row of the table `record`.
 *
 * @throws DamageError when the row breaks a rule
 */
export function readRecordRow(row: unknown): RecordRow {
  return orDamage(() => toRecordRow(row));
}

/**
 * Reads the row of the table `position`.
 *
 * @throws DamageError when the row breaks a rule
 */
export function readPositionRow(row: unknown): Position & { readonly takesOver: boolean } {
  return orDamage(() => {
    const { id, generation, takes_over } = positionRowSchema.parse(row);
    return { id, generation, takesOver: takes_over !== 0 };
  });
}

function orDamage<Row>(read: () => Row): Row {
  try {
    return read();
  } catch (error) {
    throw new DamageError("a row breaks a rule", { cause: error });
  }
}

function toClusterRow(row: unknown): ClusterRow {
  const { name, settings } = clusterRowSchema.parse(row);
  return { name: toClusterName(name), settings: settingsSchema.parse(JSON.parse(settings)) };
}

function toContactRow(row: unknown): ContactRow {
  const { cluster, feed, heard_at, caller, matched_ip, silent_for, negotiation } = contactRowSchema.parse(row);
  return {
    cluster: toClusterName(cluster),
    feed: toFeed(feed),
    contact: {
      heardAt: heard_at ?? undefined,
      caller: caller ?? undefined,
      matchedIP: matched_ip ?? undefined,
      silentFor: silent_for,
    },
    negotiation: negotiation === null ? undefined : negotiationSchema.parse(JSON.parse(negotiation)),
  };
}

function toClusterName(text: string): ClusterName {
  const name = parseClusterName(text);
  if (name === undefined) throw new Error(`cluster name ${JSON.stringify(text)}`);
  return name;
}

function toFeed(text: string): Feed {
  const feed = parseFeed(text);
  if (feed === undefined) throw new Error(`feed ${JSON.stringify(text)}`);
  return feed;
}

function toRecordRow(row: unknown): RecordRow {
  const { name, type, set_identifier, sequence, endpoint, generation, ...rest } = recordRowSchema.parse(row);
  const of = { cluster: toClusterName(rest.cluster), feed: toFeed(rest.feed) };
  const value: unknown = JSON.parse(endpoint);
  if (!isEndpoint(value)) throw new Error(`endpoint of ${JSON.stringify(name)}`);
  const key = recordKey(value);
  if (keyText(key) !== keyText({ name, type, setIdentifier: set_identifier })) {
    throw new Error(`key of ${JSON.stringify(name)}`);
  }
  return { ...of, key, sequence, endpoint: value, bytes: Buffer.byteLength(endpoint), generation };
}
