/** One HTTP request to a server. Not fetch: that says it is a browser (Sec-Fetch-Mode), which our server refuses. */
import type { IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { errorCode } from "./errors.ts";

// An import of node:http looks at each of its exports, and so loads the whole of undici, which is never used here.
const { request } = process.getBuiltinModule("node:http");

export interface HTTPRequest {
  /** An address (IPv6 without brackets) or a name; `localhost` unless given. */
  readonly host?: string;
  readonly port: number;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds after which a server that does not answer counts as hung; 10 s unless given. */
  readonly patience?: number;
}

export interface HTTPAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
  /** The other end of the connection. */
  readonly from: { readonly address: string | undefined; readonly port: number | undefined };
}

/**
 * Sends the request.
 *
 * @throws Error as node:http has it, with `code` `ECONNREFUSED` when nobody listens, or an AbortError after the patience
 */
export async function sendRequest(options: HTTPRequest): Promise<HTTPAnswer> {
  const { host = "localhost", port, method, path, headers, body, patience = 10_000 } = options;
  const { promise, resolve, reject } = Promise.withResolvers<HTTPAnswer>();
  const sent = request({ host, port, method, path, headers: { ...headers }, signal: AbortSignal.timeout(patience) });
  sent.on("response", (response) => {
    const { statusCode = 0, headers: answered, socket } = response;
    const from = { address: socket.remoteAddress, port: socket.remotePort };
    text(response).then((answer) => resolve({ status: statusCode, text: answer, headers: answered, from }), reject);
  });
  sent.on("error", reject);
  sent.end(body);
  return promise;
}

/** Says whether the request failed since nobody listens, at any of the addresses of the name. */
export function isRefused(error: unknown): boolean {
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  return errors.every((each) => errorCode(each) === "ECONNREFUSED");
}
