/** How the server ends: soon, however steadily callers call and however slowly they read, and without cutting a request. */
import type { Server } from "node:http";
import { Server as SocketServer } from "node:net";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import type { Connections } from "./connections.ts";

/** All in milliseconds. */
export interface DrainTimes {
  /** Without a request, after which the port closes: longer than ExternalDNS takes between the requests of one loop. */
  readonly quiet: number;
  /** After which the port closes although requests keep coming. */
  readonly portCloses: number;
  /** After which bodies that have not come whole are given up, and readers that take nothing. */
  readonly patience: number;
  /** After which what is still worked on is cut. */
  readonly grace: number;
}

/** Without a byte taken, after which a reader is cut at the end. In milliseconds. */
const unread = 500;

/** Stops the server; resolves when no connection is left. */
export async function drain(known: {
  readonly server: Server;
  readonly connections: Connections;
  readonly times: DrainTimes;
  /** Whether another process keeps the port open, so that a client that connects after we closed it only waits. */
  readonly isHeld: boolean;
  /** Answers the requests whose bodies have not come whole. */
  readonly giveUpBodies: () => void;
}): Promise<void> {
  const { server, connections, times, isHeld, giveUpBodies } = known;
  const begin = performance.now();
  const passed = (): number => performance.now() - begin;
  connections.announceEnd();
  if (!isHeld) await quietMoment(connections, { ...times, passed });
  const closed = new Promise<void>((resolve) => server.once("close", () => resolve()));
  // http's own close() would cut kept connections in the instant, under the feet of a request that is on its way.
  SocketServer.prototype.close.call(server);
  const isQuiet = (): boolean => connections.quietFor() >= times.quiet;
  while (!isQuiet() && passed() < Math.min(times.patience, times.grace)) await moment();
  connections.cutIdle();
  giveUpBodies();
  connections.cutDeaf(unread);
  while (connections.busy > 0 && passed() < times.grace) await moment();
  connections.cut();
  await closed;
  // Ends the timer that looks for slow connections.
  server.close();
}

/**
 * Waits for a moment without requests, a shorter one as time passes. Then waits until the queue of the port is empty,
 * since closing the port would cut the clients in it.
 */
async function quietMoment(
  connections: Connections,
  { quiet, portCloses, grace, passed }: DrainTimes & { readonly passed: () => number },
): Promise<void> {
  const longest = Math.min(portCloses, grace);
  while (connections.quietFor() < quiet * (1 - passed() / longest)) await moment();
  let taken: number;
  do {
    ({ taken } = connections);
    await turn();
  } while (taken !== connections.taken && passed() < 2 * longest);
}

/** Waits a little, and until the requests are read that came while this process did not get to run. */
async function moment(): Promise<void> {
  await sleep(10);
  await turn();
}
