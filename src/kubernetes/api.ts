/** The Kubernetes API: plain requests with what the kubeconfig says; loaded only by commands that need a cluster. */
import type { OutgoingHttpHeaders } from "node:http";
import { type RequestOptions, request as requestSecurely } from "node:https";
import { text } from "node:stream/consumers";
import * as z from "zod/mini";
import { TroubleError } from "../base/trouble.ts";
import { clusterRefused, clusterUnreachable } from "./trouble.ts";

// As in src/base/request.ts.
const { Agent: AnyAgent, request: requestPlainly } = process.getBuiltinModule("node:http");

interface KubernetesRequest {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly accept?: string;
}

export interface KubernetesAPI {
  /** The API server's URL. */
  readonly server: string;
  /**
   * Sends a request.
   *
   * @returns the answer's text, or undefined when there is no such thing (404)
   * @throws TroubleError `cluster-unreachable`, `cluster-login-refused` or `cluster-refused` (exit 3)
   */
  readonly send: (request: KubernetesRequest) => Promise<string | undefined>;
  /** Reads what is at a path; undefined when there is no such thing. */
  readonly read: <Shape extends z.core.$ZodType>(
    path: string,
    shape: Shape,
    accept?: string,
  ) => Promise<z.output<Shape> | undefined>;
}

/** With the headers as an object, which is how the client adds the user's credentials. */
export type ConnectionOptions = Omit<RequestOptions, "headers"> & { readonly headers: OutgoingHttpHeaders };

/** Where an API server is, and how it is reached: certificates, credentials, agent. */
export interface Connection {
  readonly server: string;
  readonly options: ConnectionOptions;
  /** When the credentials of a login program end, in milliseconds since 1970; infinite where the program does not say. Absent for all others, which are read anew. */
  readonly expiresAt?: number;
}

/** Milliseconds to wait for an answer. */
const patience = 10_000;

/**
 * Makes the API of a server.
 *
 * @param connections - how many requests may be sent at one time; a watcher needs one for each kind
 */
export function connectKubernetes({ server, options }: Connection, connections = mostConnections): KubernetesAPI {
  shareConnections({ server, options }, connections);
  const send: KubernetesAPI["send"] = async (wanted) => sendToCluster(server, options, wanted);
  return {
    server,
    send,
    read: async (path, shape, accept) => {
      const answer = await send({ path, ...(accept !== undefined && { accept }) });
      if (answer === undefined) return undefined;
      return parseAnswer({ answer, path, server, shape });
    },
  };
}

/** A TLS handshake costs more than a request, so a few connections serve them all. */
export function shareConnections({ options: { agent } }: Connection, connections: number): void {
  if (!(agent instanceof AnyAgent)) return;
  Object.assign(agent, { keepAlive: true });
  agent.maxSockets = connections;
}

const mostConnections = 2;

function parseAnswer<Shape extends z.core.$ZodType>(given: {
  readonly answer: string;
  readonly path: string;
  readonly server: string;
  readonly shape: Shape;
}): z.output<Shape> {
  const { answer, path, server, shape } = given;
  try {
    return z.parse(shape, JSON.parse(answer));
  } catch (error) {
    const message = `${server}${path} does not answer as a Kubernetes API does.`;
    const hint = "Is it the right cluster? Name it with --kubeconfig and --context.";
    throw new TroubleError({ code: "not-kubernetes", message, hint }, { exitCode: 3, cause: error });
  }
}

async function sendToCluster(
  server: string,
  options: ConnectionOptions,
  { method = "GET", path, body, accept = "application/json" }: KubernetesRequest,
): Promise<string | undefined> {
  const contentType = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const answer = await exchange({
    url: new URL(server.replace(/\/$/, "") + path),
    options: { ...options, method, headers: { ...options.headers, accept, "content-type": contentType } },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((error: unknown) => {
    throw clusterUnreachable(server, error);
  });
  if (answer.status === 404) return undefined;
  if (answer.status < 300) return answer.text;
  throw clusterRefused({ server, method, path, ...answer });
}

async function exchange(given: {
  readonly url: URL;
  readonly options: RequestOptions;
  readonly body: string | undefined;
}): Promise<{ readonly status: number; readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly status: number; readonly text: string }>();
  // A kubeconfig may name a plain port, as `kubectl proxy` opens one.
  const request = given.url.protocol === "https:" ? requestSecurely : requestPlainly;
  const sent = request(given.url, { ...given.options, signal: AbortSignal.timeout(patience) });
  // Node frames the body of a DELETE only when told its length.
  if (given.body !== undefined) sent.setHeader("content-length", Buffer.byteLength(given.body));
  sent.on("response", (response) => {
    text(response).then((answer) => resolve({ status: response.statusCode ?? 0, text: answer }), reject);
  });
  sent.on("error", reject);
  sent.end(given.body);
  return promise;
}
