/** A real HTTP server that answers as an API server might, request by request, as a test writes it down. */
import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ScriptedAPI extends AsyncDisposable {
  readonly url: string;
  /** Path and query of each request so far. */
  readonly requests: readonly string[];
}

/** Answers one request. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

/**
 * Starts the server.
 *
 * @param lists - answers to lists, one after the other; the last one is repeated
 * @param watches - the same for watches
 */
export async function startScriptedAPI(lists: readonly Answer[], watches: readonly Answer[]): Promise<ScriptedAPI> {
  const requests: string[] = [];
  const counts = { list: 0, watch: 0 };
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    const isWatch = request.url?.includes("watch=1") === true;
    const answers = isWatch ? watches : lists;
    const index = isWatch ? counts.watch++ : counts.list++;
    void answers[Math.min(index, answers.length - 1)]?.(response, request);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** An object as the tests need it. */
export function objectNamed(name: string, fields: Readonly<Record<string, unknown>> = {}): object {
  return { metadata: { name, namespace: "default" }, ...fields };
}

/** A whole list, or a page of one. */
export function list(names: readonly string[], metadata: Readonly<Record<string, string>> = {}): Answer {
  return (response) => {
    const items = names.map((name) => objectNamed(name));
    response.end(JSON.stringify({ kind: "List", metadata: { resourceVersion: "100", ...metadata }, items }));
  };
}

/** A refusal with a Status, as the API server words it. */
export function refuse(code: number, message = "no"): Answer {
  return (response) => {
    response.writeHead(code).end(JSON.stringify({ kind: "Status", code, message }));
  };
}

/** One line of a watch. */
export function eventLine(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

/** Sends lines and keeps the watch open, or ends it. */
export function watch(lines: readonly string[], isEnded = false): Answer {
  return (response) => {
    response.writeHead(200);
    response.flushHeaders();
    for (const line of lines) response.write(line);
    if (isEnded) response.end();
  };
}
