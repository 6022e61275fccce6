/** One HTTP request to a server on this machine. Not fetch: that says it is a browser (Sec-Fetch-Mode), which the server refuses. */
import { request } from "node:http";
import { text } from "node:stream/consumers";

export interface LocalRequest {
  readonly port: number;
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Milliseconds after which a server that does not answer counts as hung. */
const patience = 10_000;

/**
 * Sends the request to `localhost`.
 *
 * @returns status and text of the answer
 * @throws Error as node:http has it, with `code` `ECONNREFUSED` when nobody listens, or an AbortError after 10 s
 */
export async function requestLocal({
  port,
  method,
  path,
  headers,
  body,
}: LocalRequest): Promise<{ readonly status: number; readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly status: number; readonly text: string }>();
  const sent = request({
    host: "localhost",
    port,
    method,
    path,
    headers: { ...headers },
    signal: AbortSignal.timeout(patience),
  });
  sent.on("response", (response) => {
    text(response).then((answer) => resolve({ status: response.statusCode ?? 0, text: answer }), reject);
  });
  sent.on("error", reject);
  sent.end(body);
  return promise;
}
