/** The values of a team server's keys, written and read back as strictly as what comes from the wire. */
import { isJSONObject, parseJSON } from "../../base/json.ts";
import { type Endpoint, recordKey } from "../../records/endpoint.ts";
import { isEndpoint } from "../../records/endpoint-shape.ts";
import { type Feed, parseFeed } from "../../records/feed.ts";

/** The endpoints of one name of a cluster, by the feed that has them. */
export type NameRecords = ReadonlyMap<Feed, readonly Endpoint[]>;

/** What makes a store a team's. */
export interface TeamMeta {
  /** Told to people. */
  readonly name: string;
  /** Tells one team from every other: 16 hexadecimal digits. */
  readonly id: string;
}

/** What a name of a team must be: one line of text that fits into a sentence. */
const teamName = /^[^\p{Cc}\p{Cf}\s](?:[^\p{Cc}\p{Cf}]{0,62}[^\p{Cc}\p{Cf}\s])?$/u;

/** Reads a team's name; undefined for what does not fit into a sentence. */
export function parseTeamName(text: string): string | undefined {
  return teamName.test(text) ? text : undefined;
}

export function writeMeta({ name, id }: TeamMeta): string {
  return JSON.stringify({ name, id });
}

export function readMeta(text: string): TeamMeta | undefined {
  const value = parseJSON(text);
  if (!isJSONObject(value)) return undefined;
  const { name, id } = value;
  if (typeof name !== "string" || parseTeamName(name) === undefined) return undefined;
  return typeof id === "string" && /^[0-9a-f]{16}$/.test(id) ? { name, id } : undefined;
}

/** Who made a change, and when; for people, and nothing is decided by it. */
export interface Stamp {
  /** Tells the change from any other. */
  readonly change: string;
  /** The machine of the server that made it. */
  readonly by: string;
  /** By that machine's clock, as in `2026-11-29T12:00:00.000Z`. */
  readonly at: string;
}

/** The value of a cluster's head: the last change, and which of its transactions. */
export function writeHead({ change, by, at, chunk }: Stamp & { readonly chunk: number }): string {
  return JSON.stringify({ change, by, at, chunk });
}

export function readHead(text: string): Stamp | undefined {
  const value = parseJSON(text);
  if (!isJSONObject(value)) return undefined;
  const { change, by, at } = value;
  return typeof change === "string" && typeof by === "string" && typeof at === "string"
    ? { change, by, at }
    : undefined;
}

/** The feeds in the order of their names, so that the same records are the same text. Undefined where there are none. */
export function writeRecords(records: NameRecords): string | undefined {
  const filled = [...records].filter(([, endpoints]) => endpoints.length > 0);
  if (filled.length === 0) return undefined;
  return JSON.stringify(Object.fromEntries(filled.toSorted(([left], [right]) => (left < right ? -1 : 1))));
}

/** Undefined for a value that no version of this program writes, or that is about another name. */
export function readRecords(name: string, text: string): NameRecords | undefined {
  const value = parseJSON(text);
  if (!isJSONObject(value)) return undefined;
  const records = new Map<Feed, readonly Endpoint[]>();
  for (const [feedText, endpoints] of Object.entries(value)) {
    const feed = parseFeed(feedText);
    if (feed === undefined || !Array.isArray(endpoints)) return undefined;
    const known = endpoints.filter((each): each is Endpoint => isEndpoint(each) && recordKey(each).name === name);
    if (known.length < endpoints.length) return undefined;
    records.set(feed, known);
  }
  return records;
}
