/** The bodies that ExternalDNS posts: judged entry by entry, never rebuilt, so that what is stored is what was sent. */
import type { Changes, Endpoint } from "../../records/endpoint.ts";
import { isEndpoint } from "../../records/endpoint-shape.ts";
import type { Steps } from "../../base/steps.ts";
import {
  NotJSONError,
  type Span,
  type TakeValue,
  eachValue,
  eachValueOfAll,
  findMembers,
  findMembersOfAll,
  parseSpan,
  parseSpans,
} from "./json-spans.ts";

/** What of a body is left out: entries that are not endpoints, and endpoints too large to be read; the first thousand of each. */
export interface Rejected {
  readonly bad: readonly unknown[];
  /** With what it takes to name them. */
  readonly large: readonly Endpoint[];
}

/** A body that was understood, with what of it is left out, or why it was not. */
type Reading<Value> =
  | ({ readonly ok: true; readonly value: Value } & Rejected)
  | { readonly ok: false; readonly message: string };

/** What is left out is remembered up to here. */
const mostRejected = 1000;

/**
 * Characters of an entry beyond which it is not read whole: several times what a record may have, and little enough to be
 * read in a few milliseconds.
 */
const mostCharacters = 256 * 1024;

/** Entries that are parsed at once, which is far quicker than one by one. */
const together = 16;

/** The shortest endpoint. */
const leastCharacters = `{"dnsName":"a","recordType":"A"}`.length;

/**
 * Picks endpoints from the body of `POST /adjustendpoints`. Each is judged as soon as it is read, so that nobody holds all
 * of them.
 *
 * @param body - a JSON array of endpoints, or null
 * @param isKept - says whether an endpoint is kept
 * @returns a JSON array of those that are kept, in their order and their very words
 */
export function* pickEndpoints(body: string, isKept: (endpoint: Endpoint) => boolean): Steps<Reading<string>> {
  const rejected: Rejecting = { bad: [], large: [] };
  const runs: Span[] = [];
  let run: Span | undefined;
  const each = (endpoint: Endpoint | undefined, { start, end }: Span): void => {
    const isPicked = endpoint !== undefined && isKept(endpoint);
    if (isPicked && run !== undefined) runs.pop();
    run = isPicked ? { start: run?.start ?? start, end } : undefined;
    if (run !== undefined) runs.push(run);
  };
  const read = function* (): Steps<Reading<string>> {
    const walk = (take: TakeValue): Steps<void> => eachValueOfAll(body, take);
    if (!/^\s*null\s*$/.test(body)) yield* readList(body, { walk, isToStore: true, rejected, each });
    return { ok: true, value: `[${runs.map(({ start, end }) => body.slice(start, end)).join(",")}]`, ...rejected };
  };
  return yield* orMessage(read(), "The body is not a JSON array of endpoints.");
}

/**
 * Reads the body of `POST /records`. ExternalDNS before v0.17.0 writes `Create`, later ones `create`; Go takes either
 * (plan/plan.go `Changes`, encoding/json).
 *
 * @param body - a JSON object with up to four lists
 */
export function* readChanges(body: string): Steps<Reading<Changes>> {
  const rejected: Rejecting = { bad: [], large: [] };
  const read = function* (): Steps<Reading<Changes>> {
    const lists = yield* findMembersOfAll(body, (key) =>
      listNames.has(key.toLowerCase()) ? key.toLowerCase() : undefined,
    );
    const listOf = function* (key: string, isToStore: boolean): Steps<Endpoint[]> {
      const endpoints: Endpoint[] = [];
      const each = (endpoint: Endpoint | undefined): unknown => endpoint && endpoints.push(endpoint);
      const list = lists.get(key);
      if (list === undefined || isNull(body, list)) return endpoints;
      const walk = (take: TakeValue): Steps<void> => eachValue(body, list, take);
      yield* readList(body, { walk, isToStore, rejected, each });
      return endpoints;
    };
    const value = {
      create: yield* listOf("create", true),
      updateOld: yield* listOf("updateold", false),
      updateNew: yield* listOf("updatenew", true),
      delete: yield* listOf("delete", false),
    };
    return { ok: true, value, ...rejected };
  };
  return yield* orMessage(read(), "The body is not a JSON object with lists of changes.");
}

function* orMessage<Value>(read: Steps<Reading<Value>>, message: string): Steps<Reading<Value>> {
  try {
    return yield* read;
  } catch (error) {
    if (error instanceof NotJSONError) return { ok: false, message };
    throw error;
  }
}

interface Rejecting extends Rejected {
  readonly bad: unknown[];
  readonly large: Endpoint[];
}

interface ListReading {
  /** Goes through the list. */
  readonly walk: (take: TakeValue) => Steps<void>;
  readonly isToStore: boolean;
  readonly rejected: Rejecting;
  /** Called with each entry and its place, in their order. Undefined is one that is rejected. */
  readonly each: (endpoint: Endpoint | undefined, span: Span) => void;
}

/** Go writes a slice that was never filled as null. */
function isNull(body: string, span: Span): boolean {
  return body.startsWith("null", span.start) && parseSpan(body, span) === null;
}

/** What is far too large to be stored is not read whole. What goes may be from a time before there were limits. */
function* readList(body: string, { walk, isToStore, rejected, each }: ListReading): Steps<void> {
  const take = (entry: unknown, span: Span): void => {
    const length = span.end - span.start;
    const endpoint = length >= leastCharacters && isEndpoint(entry) ? entry : undefined;
    const isLarge = isToStore && length > mostCharacters;
    if (endpoint === undefined) reject(rejected.bad, entry);
    else if (isLarge) reject(rejected.large, endpoint);
    each(isLarge ? undefined : endpoint, span);
  };
  const takeLarge = function* (span: Span): Steps<void> {
    take(yield* readIdentity(body, span), span);
  };
  let waiting: Span[] = [];
  const takeWaiting = (): void => {
    for (const [index, entry] of parseSpans(body, waiting).entries()) take(entry, waiting[index] as Span);
    waiting = [];
  };
  yield* walk((span) => {
    if (span.end - span.start > mostCharacters) {
      takeWaiting();
      return takeLarge(span);
    }
    waiting.push(span);
    if (waiting.length === together) takeWaiting();
    return undefined;
  });
  takeWaiting();
}

function reject<Item>(list: Item[], item: Item): void {
  if (list.length < mostRejected) list.push(item);
}

const listNames: ReadonlySet<string> = new Set(["create", "updateold", "updatenew", "delete"]);

const identity: ReadonlySet<string> = new Set(["dnsName", "recordType", "setIdentifier"]);

/** What it takes to name and to delete an entry that is too large to be read or stored. For anything else, its start. */
function* readIdentity(body: string, span: Span): Steps<unknown> {
  if (body[span.start] !== "{") return body.slice(span.start, span.start + 1000);
  const members = yield* findMembers(body, span, (key) => (identity.has(key) ? key : undefined));
  const entries = [...members].map(([key, value]) => [
    key,
    value.end - value.start > mostCharacters ? undefined : parseSpan(body, value),
  ]);
  return Object.fromEntries(entries) as unknown;
}
