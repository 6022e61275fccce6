/** Objects of a cluster that are read and changed by their paths, before a simulated API server that lists and watches the rest. */
import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { curl } from "./http.ts";

/** An object, as far as it matters for reading and changing it. */
export interface StoredObject {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly resourceVersion?: string;
  };
  readonly [key: string]: unknown;
}

export interface ObjectAPI extends AsyncDisposable {
  readonly url: string;
  /** By path, as in `/api/v1/namespaces/kube-system/configmaps/coredns`. */
  readonly objects: Map<string, StoredObject>;
  /** Every request that was not a GET, as in `DELETE /api/v1/namespaces/a`. */
  readonly changes: string[];
  /** Called before each answer, so that a test can let something happen in the cluster. */
  beforeAnswer: (request: string) => void | Promise<void>;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: { readonly metadata?: Partial<StoredObject["metadata"]>; readonly [key: string]: unknown };
}

interface Said {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Opens it on a port of loopback.
 *
 * @param behind - URL of the simulated API server
 */
export async function startObjectAPI(behind: string): Promise<ObjectAPI> {
  const objects = new Map<string, StoredObject>();
  const changes: string[] = [];
  const answer = async (request: IncomingMessage): Promise<Said> => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const { method = "GET" } = request;
    const sent = await text(request);
    const line = `${method} ${pathname}`;
    if (method !== "GET") changes.push(line);
    await api.beforeAnswer(line);
    const known = { method, path: pathname, query: searchParams, body: sent === "" ? {} : JSON.parse(sent) };
    return answerFrom(objects, known) ?? pass(behind + (request.url ?? "/"));
  };
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // A command that has ended may have asked for something that nobody answers any more.
    const said = await answer(request).catch(() => undefined);
    if (said === undefined) return void request.socket.destroy();
    response.writeHead(said.status, { "content-type": "application/json" });
    response.end(typeof said.body === "string" ? said.body : JSON.stringify(said.body));
  };
  const server = createServer((request, response) => void respond(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const api: ObjectAPI = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    changes,
    beforeAnswer: () => undefined,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return api;
}

/** Undefined where none of the objects is meant. */
function answerFrom(objects: ObjectAPI["objects"], { method, path, query, body }: Request): Said | undefined {
  const object = objects.get(path);
  const missing = { status: 404, body: { code: 404, message: "not found" } };
  if (method === "POST") {
    const own = `${path}/${body.metadata?.name ?? ""}`;
    if (objects.has(own)) return { status: 409, body: { code: 409, message: "already exists" } };
    return keep(objects, own, body);
  }
  if (method === "GET") return object === undefined ? list(objects, path, query) : { status: 200, body: object };
  if (object === undefined) return missing;
  const preconditions = body["preconditions"] as StoredObject["metadata"] | undefined;
  const expected = body.metadata?.resourceVersion ?? preconditions?.resourceVersion;
  if (expected !== undefined && expected !== object.metadata.resourceVersion) {
    return { status: 409, body: { code: 409, message: "the object has been modified" } };
  }
  if (method === "PATCH") return keep(objects, path, merge(object, body));
  for (const each of objects.keys()) if (each === path || each.startsWith(`${path}/`)) objects.delete(each);
  return { status: 200, body: {} };
}

function keep(objects: ObjectAPI["objects"], path: string, value: object): Said {
  const object = value as StoredObject;
  const resourceVersion = String(Number(object.metadata.resourceVersion ?? "0") + 1);
  objects.set(path, { ...object, metadata: { ...object.metadata, resourceVersion } });
  return { status: 200, body: objects.get(path) };
}

/** The objects right below a path; undefined where there is none, since another may know the kind. */
function list(objects: ObjectAPI["objects"], path: string, query: URLSearchParams): Said | undefined {
  const wanted = (query.get("labelSelector") ?? "").split(",").filter((part) => part !== "");
  const all = [...objects].filter(([each]) => each.slice(0, each.lastIndexOf("/")) === path);
  if (all.length === 0) return undefined;
  const items = all
    .map(([, object]) => object)
    .filter(({ metadata: { labels = {} } }) => wanted.every((part) => part === joined(part, labels)));
  return { status: 200, body: { kind: "List", metadata: { resourceVersion: "1" }, items } };
}

function joined(part: string, labels: Readonly<Record<string, string>>): string {
  const [name = ""] = part.split("=");
  return `${name}=${labels[name] ?? ""}`;
}

/** A merge patch (RFC 7396). */
function merge(target: unknown, patch: unknown): object {
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(isRecord(patch) ? patch : {})) {
    if (value === null) delete result[key];
    else result[key] = isRecord(value) ? merge(result[key], value) : value;
  }
  return result;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function pass(url: string): Promise<Said> {
  const { status, text: body } = await curl(url);
  return { status, body };
}
