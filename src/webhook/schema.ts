/** The bodies that ExternalDNS posts: judged by schemas, never rebuilt, so that what is stored is what was sent. */
import * as z from "zod/mini";
import type { Changes, Endpoint } from "../records/endpoint.ts";
import { isEndpoint } from "../records/endpoint-shape.ts";
import { type Excess, excessOf } from "../records/endpoint-excess.ts";

/** What of a body is left out: entries that are no endpoints, and endpoints that may not be stored. */
export interface Rejected {
  readonly bad: readonly unknown[];
  readonly excess: readonly { readonly endpoint: Endpoint; readonly reason: Excess }[];
}

/** A body that was understood, with what of it is left out, or why it was not. */
export type Reading<Value> =
  | ({ readonly ok: true; readonly value: Value } & Rejected)
  | { readonly ok: false; readonly message: string };

/** Go writes a slice that was never filled as null. */
const listSchema = z.nullish(z.array(z.unknown()));

const changesSchema = z.object({
  create: listSchema,
  updateold: listSchema,
  updatenew: listSchema,
  delete: listSchema,
});

/**
 * Reads the body of `POST /adjustendpoints`.
 *
 * @param body - a JSON array of endpoints, or null
 * @returns the endpoints in the order of the body, each the very value that JSON.parse gave
 */
export function readEndpoints(body: string): Reading<readonly Endpoint[]> {
  const list = listSchema.safeParse(parseJSON(body));
  if (!list.success) return { ok: false, message: "The body is not a JSON array of endpoints." };
  const rejected = emptyRejected();
  return { ok: true, value: keepWanted(list.data, rejected), ...rejected };
}

/**
 * Reads the body of `POST /records`. ExternalDNS before v0.17.0 writes `Create`, later ones `create`; Go takes either
 * (plan/plan.go `Changes`, encoding/json).
 *
 * @param body - a JSON object with up to four lists
 */
export function readChanges(body: string): Reading<Changes> {
  const parsed = parseJSON(body);
  const changes = changesSchema.safeParse(isPlainObject(parsed) ? lowerKeys(parsed) : parsed);
  if (!changes.success) return { ok: false, message: "The body is not a JSON object with lists of changes." };
  const rejected = emptyRejected();
  const value = {
    create: keepWanted(changes.data.create, rejected),
    updateOld: keepEndpoints(changes.data.updateold, rejected.bad),
    updateNew: keepWanted(changes.data.updatenew, rejected),
    delete: keepEndpoints(changes.data.delete, rejected.bad),
  };
  return { ok: true, value, ...rejected };
}

/** Undefined stands for what is not JSON, so it must not pass as a missing list. */
function parseJSON(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return "not JSON";
  }
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function lowerKeys(value: object): object {
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key.toLowerCase(), entry]));
}

interface Rejecting extends Rejected {
  readonly bad: unknown[];
  readonly excess: { readonly endpoint: Endpoint; readonly reason: Excess }[];
}

function emptyRejected(): Rejecting {
  return { bad: [], excess: [] };
}

/** What is to be stored keeps the limits; what goes may be from a time before them. */
function keepWanted(list: readonly unknown[] | null | undefined, { bad, excess }: Rejecting): Endpoint[] {
  return keepEndpoints(list, bad).filter((endpoint) => {
    const reason = excessOf(endpoint);
    if (reason !== undefined) excess.push({ endpoint, reason });
    return reason === undefined;
  });
}

function keepEndpoints(list: readonly unknown[] | null | undefined, bad: unknown[]): Endpoint[] {
  const endpoints: Endpoint[] = [];
  for (const entry of list ?? []) {
    if (isEndpoint(entry)) endpoints.push(entry);
    else bad.push(entry);
  }
  return endpoints;
}
