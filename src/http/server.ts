/** The HTTP server: both address families on one port, patient with ExternalDNS. It drops slow clients, and drains before it stops. */
import { type Server, createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { type Trouble, TroubleError } from "../base/trouble.ts";
import { spellAsURL } from "./browser.ts";
import { type ConnectionLimits, Connections, type ConnectionsOptions, connectionLimits } from "./connections.ts";
import { type DrainTimes, drain } from "./drain.ts";
import type { HTTPHandler } from "./environment.ts";
import { platform } from "../platform/current.ts";
import { errorCode } from "../base/errors.ts";

export interface ServerOptions {
  readonly fetch: HTTPHandler["fetch"];
  /** Says who a remote address is; without it everybody is this machine itself. */
  readonly judge?: ConnectionsOptions["judge"];
  /** Answers the requests whose bodies have not come whole; called when the server stops. */
  readonly giveUpBodies?: HTTPHandler["giveUpBodies"];
  /** All addresses of both families when undefined. */
  readonly host: string | undefined;
  /** 0 takes a free one. */
  readonly port: number;
  /** A socket that listens already and belongs to another process too (sd_listen_fds(3)). */
  readonly descriptor?: number | undefined;
  readonly timeouts?: Partial<Timeouts>;
  readonly connections?: Partial<ConnectionLimits>;
}

/** All in milliseconds. */
interface Timeouts extends Omit<DrainTimes, "grace"> {
  /** ExternalDNS keeps idle connections for 90 s (Go net/http DefaultTransport) and dies of one that closes under a POST. */
  readonly keepAlive: number;
  /** Until the header has come. */
  readonly header: number;
  /** Until the body has come. */
  readonly request: number;
  /** Without a byte in either direction. */
  readonly idle: number;
  /** How often the above are looked at. */
  readonly check: number;
}

const defaultTimeouts: Timeouts = {
  keepAlive: 120_000,
  header: 10_000,
  request: 60_000,
  idle: 150_000,
  check: 1000,
  quiet: 150,
  portCloses: 1000,
  patience: 2000,
};

export interface RunningServer extends AsyncDisposable {
  readonly address: AddressInfo;
  /**
   * Stops: answers what comes with the announcement that the connection ends, closes the port at a quiet moment (at once
   * if somebody else holds it), and lets the requests in flight finish. After 2 s idle connections, unfinished bodies and
   * deaf readers end too.
   *
   * @param grace - milliseconds after which what is still worked on is cut
   */
  readonly stop: (grace: number) => Promise<void>;
}

/**
 * Starts the server.
 *
 * @returns the running server; disposing of it stops it with 5 s of grace
 * @throws TroubleError `port-taken`, `port-not-permitted` or `address-not-here`
 */
export async function startServer({
  fetch,
  judge,
  giveUpBodies,
  timeouts,
  connections: most,
  ...place
}: ServerOptions): Promise<RunningServer> {
  const times = { ...defaultTimeouts, ...timeouts };
  // It takes the place of the global Request and Response with light ones: answers of some megabytes go out a quarter faster.
  const listener = getRequestListener((request, environment) => {
    const { socket } = environment.incoming;
    // Not destroyed when it is too large, so that the answer arrives.
    const incoming = environment.incoming.iterator({ destroyOnReturn: false });
    return fetch(request, {
      caller: socket.remoteAddress,
      local: { address: socket.localAddress, port: socket.localPort },
      origin: connections.originOf(socket),
      overloaded: connections.isOver(socket),
      incoming,
      tokenShown: () => connections.trust(socket),
      cut: () => void socket.destroy(),
    });
  });
  const server = createServer({
    keepAliveTimeout: times.keepAlive,
    headersTimeout: times.header,
    requestTimeout: times.request,
    connectionsCheckingInterval: times.check,
  });
  server.timeout = times.idle;
  const connections = new Connections(server, {
    answer: (incoming, outgoing) => {
      const { host } = incoming.headers;
      // The listener compares it with the host of the URL that it makes of it, and takes another spelling for an attack.
      if (host !== undefined) incoming.headers.host = spellAsURL(host);
      void listener(incoming, outgoing);
    },
    judge: judge ?? ((remote = "") => ({ origin: remote, place: "own" })),
    limits: { ...connectionLimits(), ...most },
  });
  server.on("clientError", answerClientError);
  const address = await listen(server, place);
  // That one caller could not be taken in (accept(2) fails for want of memory, or by a firewall's rule) ends nothing.
  server.on("error", () => undefined);
  let stopped: Promise<void> | undefined;
  const stop = (grace: number): Promise<void> =>
    (stopped ??= drain({
      server,
      connections,
      times: { ...times, grace },
      isHeld: place.descriptor !== undefined,
      giveUpBodies: () => giveUpBodies?.("The server stops; it is back in a moment."),
    }));
  return { address, stop, [Symbol.asyncDispose]: () => stop(5000) };
}

/**
 * Node would answer a slow client 408, and any 4xx ends the ExternalDNS process, which may just have lost its CPU for a
 * while: so it is 503.
 */
function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const isSlow = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
  const status = isSlow ? "503 Service Unavailable" : "400 Bad Request";
  const body = `${JSON.stringify({ error: isSlow ? "The request came too slowly." : "This is not HTTP." })}\n`;
  const length = Buffer.byteLength(body);
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`,
    () => socket.destroySoon(),
  );
}

/** `::` takes IPv4 as well, unless IPv6 is switched off on this machine. */
async function listen(
  server: Server,
  place: Pick<ServerOptions, "host" | "port" | "descriptor">,
): Promise<AddressInfo> {
  const { host, port, descriptor } = place;
  if (descriptor !== undefined) return listenOn(server, { fd: descriptor });
  try {
    return await listenOn(server, { host: host ?? "::", port });
  } catch (error) {
    const isWithoutIPv6 = ["EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL"].includes(errorCode(error) ?? "");
    if (host !== undefined || !isWithoutIPv6) throw listenError(error, { host: host ?? "::", port });
  }
  try {
    return await listenOn(server, { host: "0.0.0.0", port });
  } catch (error) {
    throw listenError(error, { host: "0.0.0.0", port });
  }
}

/** Connections that wait to be taken in, as many as systemd's socket has and Linux allows (listen(2)). */
const backlog = 4096;

type ListenPlace = { readonly host: string; readonly port: number } | { readonly fd: number };

async function listenOn(server: Server, place: ListenPlace): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ ...place, backlog }, resolve);
  try {
    await promise;
  } finally {
    server.off("error", reject);
    server.off("listening", resolve);
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no address");
  return address;
}

function listenError(error: unknown, { host, port }: { readonly host: string; readonly port: number }): unknown {
  const trouble = troubles[errorCode(error) ?? ""]?.({ host, port });
  return trouble === undefined ? error : new TroubleError(trouble, { cause: error });
}

const troubles: Readonly<Record<string, (place: { readonly host: string; readonly port: number }) => Trouble>> = {
  EADDRINUSE: ({ port }) => ({
    code: "port-taken",
    message: `Port ${port} is taken.`,
    hint: "Choose another with --port, or see which program has it:",
    command: platform.commands.showListeners(port),
  }),
  EACCES: ({ port }) => ({
    code: "port-not-permitted",
    message: `This user may not open port ${port}.`,
    hint: "Run it with sudo, or choose a port from 1024 on with --port.",
  }),
  EADDRNOTAVAIL: ({ host }) => ({
    code: "address-not-here",
    message: `${host} is not an address of this machine.`,
    hint: "Leave --host out, or name one of this machine's addresses:",
    command: "ip -brief address",
  }),
};
