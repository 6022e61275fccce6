/** A program on a port of this machine that answers as a test says, for commands that ask a server of ours. */
import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** An answer; `gone` closes the connection without one. */
export type SaidAnswer =
  | "gone"
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

export interface AnsweringServer extends AsyncDisposable {
  readonly port: number;
  /** As `GET /status`, in their order, with the body where there was one. */
  readonly requests: readonly string[];
}

/**
 * Opens it on a free port of 127.0.0.1.
 *
 * @param answer - what is answered to a request such as `GET /status`
 */
export async function answeringServer(answer: (request: string) => SaidAnswer): Promise<AnsweringServer> {
  const requests: string[] = [];
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const line = `${request.method} ${request.url}`;
    const body = await text(request);
    requests.push(body === "" ? line : `${line} ${body}`);
    const said = answer(line);
    if (said === "gone") request.socket.destroy();
    else response.writeHead(said.status ?? 200, said.headers).end(said.body ?? "");
  };
  const server = createServer((request, response) => void respond(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
