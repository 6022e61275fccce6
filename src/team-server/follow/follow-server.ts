/** The port that desktops follow a team on: it knows the paths of docs/follow-protocol.md and nothing else of the server. */
import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { createServer as createTLSServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Server as TLSServer } from "node:tls";
import { errorCode } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { TroubleError } from "../../base/trouble.ts";
import { type FollowRoutes, answerRefusal } from "./follow-routes.ts";
import { notNow } from "./answers.ts";
import { TLSFiles, type TLSPaths } from "./tls-files.ts";

export interface FollowServerOptions {
  /** All addresses of both families when undefined. */
  readonly host: string | undefined;
  /** 0 takes a free one. */
  readonly port: number;
  /** Without it, what is sent is not encrypted: something before this server must do that. */
  readonly tls: TLSPaths | undefined;
  /** Connections at a time. */
  readonly mostConnections: number;
}

/** Milliseconds until a request's head has come, and a connection without a request ends. */
const [headPatience, idlePatience] = [10_000, 5_000];

/** Bytes of a request's head; none of ours has more than some hundred. */
const headMost = 8 * 1024;

export interface FollowServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Opens the port.
 *
 * @throws TroubleError when it cannot be had, or the certificate cannot be used
 */
export async function openFollowServer(
  { host, port, tls, mostConnections }: FollowServerOptions,
  routes: FollowRoutes,
  log: Log,
): Promise<FollowServer> {
  const limits = { headersTimeout: headPatience, requestTimeout: headPatience, maxHeaderSize: headMost };
  const files =
    tls &&
    new TLSFiles(tls, {
      log,
      onChange: (identity) => {
        if (server instanceof TLSServer) server.setSecureContext(identity);
      },
    });
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    routes.answer(request, response).catch((error: unknown) => {
      log.error(
        { code: "internal-error", err: error },
        "A desktop could not be answered; this is a bug, please report it.",
      );
      if (response.headersSent) response.destroy();
      else answerRefusal(response, notNow("The server failed; its log says how."));
    });
  };
  const server: Server =
    files === undefined
      ? createServer(limits, answer)
      : createTLSServer({ ...limits, ...files.first, handshakeTimeout: headPatience, minVersion: "TLSv1.2" }, answer);
  server.keepAliveTimeout = idlePatience;
  server.maxConnections = mostConnections;
  server.on("clientError", (_error, socket) => socket.destroy());
  try {
    await listen(server, host, port);
  } catch (error) {
    files?.[Symbol.dispose]();
    throw explain(error, port);
  }
  server.on("error", () => undefined);
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      files?.[Symbol.dispose]();
      const closed = once(server, "close");
      server.close();
      // Desktops go on at another server, or here once it is back.
      server.closeAllConnections();
      await closed;
    },
  };
}

/** `::` takes IPv4 as well, unless IPv6 is switched off on this machine. */
async function listen(server: Server, host: string | undefined, port: number): Promise<void> {
  try {
    await listenOn(server, host ?? "::", port);
  } catch (error) {
    if (host !== undefined || !["EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL"].includes(errorCode(error) ?? ""))
      throw error;
    await listenOn(server, "0.0.0.0", port);
  }
}

async function listenOn(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port, backlog: 4096 });
  await once(server, "listening");
}

function explain(error: unknown, port: number): unknown {
  const code = errorCode(error);
  if (code === "EADDRINUSE") {
    const message = `Port ${port}, on which desktops follow the team, is taken.`;
    return new TroubleError(
      { code: "port-taken", message, hint: "Choose another with --follow-port." },
      { cause: error },
    );
  }
  if (code !== "EACCES") return error;
  const message = `This user may not open port ${port}, on which desktops follow the team.`;
  return new TroubleError(
    { code: "port-not-permitted", message, hint: "Choose a port from 1024 on with --follow-port." },
    { cause: error },
  );
}
