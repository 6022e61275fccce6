/** Opens answers of an API server that are read while they arrive, as a watch needs it. */
import type { IncomingMessage } from "node:http";
import { request as requestSecurely } from "node:https";
import type { Connection } from "../../kubernetes/api.ts";

// As in src/base/request.ts.
const { request: requestPlainly } = process.getBuiltinModule("node:http");

interface StreamRequest {
  /** Path and query. */
  readonly path: string;
  /** Milliseconds without a byte after which the connection counts as dead. */
  readonly silence: number;
  readonly accept?: string;
  readonly signal: AbortSignal;
}

interface StreamAnswer {
  readonly status: number;
  /** Seconds that the server asks for before the next try (RFC 9110 section 10.2.3). */
  readonly retryAfter: number | undefined;
  /** The body. Ending the loop over it closes the connection. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Sends a GET request and resolves with the head of the answer.
 *
 * @throws Error of the connection, or {@link SilenceError}
 */
export type Transport = (request: StreamRequest) => Promise<StreamAnswer>;

/** The connection is open and nothing arrives. */
export class SilenceError extends Error {
  constructor(milliseconds: number) {
    super(`nothing arrived for ${Math.round(milliseconds / 1000)} s`);
    this.name = "SilenceError";
  }
}

/** Milliseconds until the kernel asks the other end of a quiet connection whether it is still there. */
const keepAliveDelay = 5_000;

/** Milliseconds for a connection and the head of an answer. */
const headPatience = 30_000;

/** Makes the transport of one API server. */
export function openTransport({ server, options }: Connection): Transport {
  const base = server.replace(/\/$/, "");
  return async ({ path, silence, accept = "application/json", signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<StreamAnswer>();
    const url = new URL(base + path);
    const headers = { ...options.headers, accept };
    const send = url.protocol === "https:" ? requestSecurely : requestPlainly;
    const request = send(url, { ...options, headers, signal, timeout: headPatience });
    request.on("timeout", () => request.destroy(new SilenceError(headPatience)));
    request.on("socket", (socket) => socket.setKeepAlive(true, keepAliveDelay));
    request.on("error", reject);
    request.on("response", (response) => {
      response.setTimeout(silence, () => response.destroy(new SilenceError(silence)));
      resolve({ status: response.statusCode ?? 0, retryAfter: retryAfterOf(response), chunks: response });
    });
    request.end();
    return promise;
  };
}

function retryAfterOf({ headers }: IncomingMessage): number | undefined {
  const seconds = Number(headers["retry-after"] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
