/** Plays a webhook provider and remembers what ExternalDNS wants, before any domain filter and registry. */
import { once } from "node:events";
import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Endpoint } from "../../src/records/endpoint.ts";

const mediaType = "application/external.dns.webhook+json;version=1";

export interface Recorder extends AsyncDisposable {
  readonly url: string;
  /** The endpoints of all sources at the last loop; undefined before the first. */
  readonly last: () => readonly Endpoint[] | undefined;
  /** How many loops have been seen. */
  readonly loops: () => number;
}

/** Listens on loopback. */
export async function startRecorder(): Promise<Recorder> {
  let last: readonly Endpoint[] | undefined;
  let loops = 0;
  const answer = async (request: IncomingMessage): Promise<string | undefined> => {
    if (request.method === "GET") return request.url === "/records" ? "[]" : "{}";
    const body = await text(request);
    if (request.url !== "/adjustendpoints") return undefined;
    last = JSON.parse(body) as readonly Endpoint[];
    loops += 1;
    return body;
  };
  const server = createServer((request, response) => {
    response.setHeader("content-type", mediaType);
    answer(request).then(
      (body) => (body === undefined ? response.writeHead(204).end() : response.end(body)),
      () => response.destroy(),
    );
  }).listen(0, "127.0.0.1");
  // ExternalDNS keeps a connection open between its loops.
  server.keepAliveTimeout = 0;
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    last: () => last,
    loops: () => loops,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
