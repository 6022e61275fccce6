/** A way to an API server that tells at once when the server goes: one that is stopped leaves its watches open and silent for a minute, and closes what is quiet. */
import type { Socket } from "node:net";
import type { Agent as AnyAgent } from "node:http";
import { Agent, type AgentOptions } from "node:https";
import type { Connection } from "../../kubernetes/api.ts";
import { Backoff, type Clock } from "./backoff.ts";

// As in src/base/request.ts.
const { Agent: PlainAgent } = process.getBuiltinModule("node:http");

interface QuietConnectionOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The connection that the last request left open was closed by the other side. */
  readonly onClose: () => void;
}

const kept: AgentOptions = { keepAlive: true, maxSockets: 1 };

/** Milliseconds. A server that closes sooner than this keeps no connection open. */
const quickly = 1_000;

/** Milliseconds until such a server is looked at. One that was told to stop a moment after the request looks the same at first. */
const waits = { first: 50, most: 60_000, mostLater: 60_000, later: 0 } as const;

/**
 * Makes a connection of its own for requests that are sent one at a time; it is left open in between. The API server
 * closes a quiet connection after 90 seconds, and all of them at the moment when it is told to stop.
 */
export function keepQuiet({ connection, clock, signal, onClose }: QuietConnectionOptions): Connection {
  const agent = ownAgent(connection);
  // What goes by way of a proxy has no connection of its own; silence tells there.
  if (agent === undefined) return connection;
  const known = new WeakSet<Socket>();
  const retry = new Backoff(clock, waits);
  const afterClose = async (since: number): Promise<void> => {
    if (clock.now() - since >= quickly) retry.succeeded();
    else await retry.wait(signal);
    if (!signal.aborted) onClose();
  };
  agent.on("free", (socket: Socket) => {
    if (known.has(socket)) return;
    known.add(socket);
    const since = clock.now();
    socket.once("close", () => {
      void afterClose(since);
    });
  });
  signal.addEventListener("abort", () => agent.destroy(), { once: true });
  return { ...connection, options: { ...connection.options, agent } };
}

/** One with the same certificates; undefined where the agent is another's, such as a proxy's. */
function ownAgent({ server, options: { agent } }: Connection): AnyAgent | undefined {
  const usual = server.startsWith("https:") ? Agent : PlainAgent;
  if (typeof agent !== "object") return new usual(kept);
  const { constructor, options } = agent as AnyAgent & { readonly options?: AgentOptions };
  return constructor === usual ? new usual({ ...options, ...kept }) : undefined;
}
