/** The bodies that ExternalDNS posts: judged by schemas, never rebuilt, so that what is stored is what was sent. */
import * as z from "zod/mini";
import type { Changes, Endpoint } from "../records/endpoint.ts";
import { isEndpoint } from "../records/endpoint-shape.ts";

/** A body that was understood, with the entries of its lists that are no endpoints, or why it was not. */
export type Reading<Value> =
  | { readonly ok: true; readonly value: Value; readonly bad: readonly unknown[] }
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
  const bad: unknown[] = [];
  return { ok: true, value: keepEndpoints(list.data, bad), bad };
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
  const bad: unknown[] = [];
  const value = {
    create: keepEndpoints(changes.data.create, bad),
    updateOld: keepEndpoints(changes.data.updateold, bad),
    updateNew: keepEndpoints(changes.data.updatenew, bad),
    delete: keepEndpoints(changes.data.delete, bad),
  };
  return { ok: true, value, bad };
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

function keepEndpoints(list: readonly unknown[] | null | undefined, bad: unknown[]): Endpoint[] {
  const endpoints: Endpoint[] = [];
  for (const entry of list ?? []) {
    if (isEndpoint(entry)) endpoints.push(entry);
    else bad.push(entry);
  }
  return endpoints;
}
