/** A small API server in memory that lists and watches as a real one does: for the demo, and for tests of what must not need one. */
import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type KubernetesObject, keyOf } from "./object.ts";
import { pathOfKind } from "./served-kinds.ts";
import type { Kind } from "./translate/kind.ts";

// As in src/base/request.ts.
const { createServer } = process.getBuiltinModule("node:http");

export interface SimulatedAPI extends AsyncDisposable {
  readonly url: string;
  /** UID of the cluster. */
  uid: string;
  /** Adds an object, or replaces the one of its name. */
  readonly apply: (kind: Kind, object: KubernetesObject) => void;
  readonly remove: (kind: Kind, key: string) => void;
  /** The status that a request gets in place of its answer; undefined for an answer. 429 asks for an hour of patience. */
  refusal: (request: IncomingMessage) => number | undefined;
  /** Cuts every connection, as a restart does. */
  readonly cut: () => void;
  /** Takes no new connection and closes the quiet ones; watches stay open. A real one that is told to stop does so for a minute. */
  readonly drain: () => void;
}

interface Stock {
  readonly objects: Map<string, KubernetesObject>;
  readonly watchers: Set<ServerResponse>;
  /** Lines of a watch, each under its version. */
  readonly events: Map<number, string>;
}

/** Starts one on a port of loopback; it serves these kinds, each in its first version. */
export async function startSimulatedAPI(kinds: readonly Kind[], port = 0): Promise<SimulatedAPI> {
  const stocks = new Map(kinds.map((kind): [string, Stock] => [pathOf(kind), emptyStock()]));
  let version = 1;
  const stockOf = (kind: Kind): Stock => stocks.get(pathOf(kind)) ?? emptyStock();
  const tell = (kind: Kind, type: string, object: KubernetesObject): void => {
    version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(version) };
    const line = `${JSON.stringify({ type, object: { ...object, metadata } })}\n`;
    const { watchers, events } = stockOf(kind);
    events.set(version, line);
    for (const watcher of watchers) watcher.write(line);
  };
  const identity = { uid: crypto.randomUUID() };
  let refusal: SimulatedAPI["refusal"] = () => undefined;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const refused = refusal(request);
    if (refused !== undefined) return end(response, refused, { code: refused, message: `simulated ${refused}` });
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const stock = stocks.get(pathname);
    if (pathname === "/apis") end(response, 200, discovery(kinds));
    else if (pathname === "/api/v1/namespaces/kube-system")
      end(response, 200, { metadata: { name: "kube-system", ...identity } });
    else if (pathname === definitionsPath && !searchParams.has("watch")) end(response, 200, list(version, []));
    else if (stock === undefined && pathname !== definitionsPath)
      end(response, 404, { code: 404, message: "not found" });
    else if (!searchParams.has("watch")) end(response, 200, list(version, [...(stock?.objects.values() ?? [])]));
    else {
      response.writeHead(200, { "content-type": "application/json" });
      response.flushHeaders();
      // What happened between the list and this watch comes first.
      const since = Number(searchParams.get("resourceVersion"));
      for (const [at, event] of stock?.events ?? []) if (at > since) response.write(event);
      stock?.watchers.add(response);
      response.on("close", () => stock?.watchers.delete(response));
    }
  };
  const server = createServer(answer).listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get uid() {
      return identity.uid;
    },
    set uid(uid) {
      identity.uid = uid;
    },
    apply: (kind, object) => {
      const { objects } = stockOf(kind);
      const type = objects.has(keyOf(object)) ? "MODIFIED" : "ADDED";
      objects.set(keyOf(object), object);
      tell(kind, type, object);
    },
    remove: (kind, key) => {
      const object = stockOf(kind).objects.get(key);
      if (object !== undefined && stockOf(kind).objects.delete(key)) tell(kind, "DELETED", object);
    },
    get refusal() {
      return refusal;
    },
    set refusal(given) {
      refusal = given;
    },
    cut: () => server.closeAllConnections(),
    drain: () => server.close(),
    [Symbol.asyncDispose]: async () => close(server),
  };
}

function emptyStock(): Stock {
  return { objects: new Map(), watchers: new Set(), events: new Map() };
}

const definitionsPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

function pathOf(kind: Kind): string {
  return pathOfKind(kind, kind.versions[0] ?? "", "");
}

function discovery(kinds: readonly Kind[]): object {
  const groups = Map.groupBy(
    kinds.filter(({ group }) => group !== ""),
    ({ group }) => group,
  );
  const items = [...groups].map(([name, ofGroup]) => ({
    metadata: { name },
    versions: ofGroup.map(({ versions, resource }) => ({ version: versions[0], resources: [{ resource }] })),
  }));
  return { kind: "APIGroupDiscoveryList", items };
}

function list(version: number, items: readonly KubernetesObject[]): object {
  return { kind: "List", metadata: { resourceVersion: String(version) }, items };
}

function end(response: ServerResponse, status: number, body: object): void {
  const patience = status === 429 ? { "retry-after": "3600" } : {};
  response.writeHead(status, { "content-type": "application/json", ...patience }).end(JSON.stringify(body));
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
