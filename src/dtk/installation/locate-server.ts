/** Finds the server for an add-on on this machine, first where the cluster will call it. Waits for it when told to. */
import { setTimeout as sleep } from "node:timers/promises";
import { TroubleError } from "../../base/trouble.ts";
import { type Server, addressOf, findServer } from "../../client/server.ts";
import { noServer } from "../../client/trouble.ts";
import type { Intent, Say } from "./intent.ts";
import { isInterfaceAddress, ownAddressesOf } from "./own-host.ts";
import { platform } from "../../platform/current.ts";

const pause = 1000;

const again = "Run this again once it is started, or add --wait-server to wait for it.";

type ServerIntent = Pick<Intent, "hostIP" | "port" | "team" | "token" | "waitServer">;

/**
 * Finds the server: the team's where one is named. Else the one of this machine, and a host that is another machine is not asked, whatever a configuration says.
 *
 * @throws TroubleError (exit 3) when there is none, and what {@link findServer} throws
 */
export async function locateServer(intent: ServerIntent, say: Say): Promise<Server> {
  if (intent.team !== undefined) return locateTeamServer(intent);
  const hosts = [...(intent.hostIP === undefined ? [] : await ownAddressesOf(intent.hostIP)), "localhost"];
  for (let tries = 0; ; tries += 1) {
    const server = await findAt(intent, hosts);
    if (server !== undefined) return server;
    if (!intent.waitServer) throw noServer(intent.port, hosts, again);
    if (tries === 0)
      say(
        `Waiting for hostsfile-server on port ${intent.port}; start it: ${platform.commands.asRoot(`hostsfile-server --port=${intent.port}`)}`,
      );
    await sleep(pause);
  }
}

/** It has to prove that it knows the token that was named, so a configuration of others can lead that to nobody else. */
async function locateTeamServer({ hostIP, port, team, token }: ServerIntent): Promise<Server> {
  const server = await findServer({ host: hostIP ?? "", port, token });
  if (server !== undefined) return server;
  const message = `No team server answers at ${team}.`;
  const hint = "Compare the address with the one that your team uses. This asks it from here:";
  throw new TroubleError({ code: "no-server", message, hint, command: `curl ${team}/healthz` }, { exitCode: 3 });
}

/** A stranger at one place does not matter when the server is at the other. */
async function findAt({ port, token }: ServerIntent, hosts: readonly string[]): Promise<Server | undefined> {
  const found = await Promise.allSettled(hosts.map((host) => findServer({ host, port, token })));
  const servers = found.flatMap((each) => (each.status === "fulfilled" && each.value !== undefined ? each.value : []));
  if (servers[0] !== undefined) return servers[0];
  const failure = found.find((each) => each.status === "rejected");
  if (failure !== undefined) throw failure.reason;
  return undefined;
}

/**
 * Makes sure that the server listens where the cluster will call it, as far as this machine can tell: at an address of
 * its own. Names and addresses that mean this machine only inside the cluster cannot be tried from here.
 *
 * @throws TroubleError `server-elsewhere` (exit 3)
 */
export async function requireServerAt(host: string, server: Server, intent: ServerIntent): Promise<void> {
  if (!isInterfaceAddress(host) || server.host === host) return;
  // The cluster's token is sent to the program that answers there. So if one place has proven itself, the other must too.
  const { isProven } = server;
  const token = intent.token && { ...intent.token, isDemanded: isProven || intent.token.isDemanded };
  const found = await findServer({ host, port: intent.port, token });
  if (found === undefined) throw serverElsewhere({ host, port: intent.port, url: server.url });
}

/** The server does not listen where the cluster will call. */
function serverElsewhere(given: { readonly host: string; readonly port: number; readonly url: string }): TroubleError {
  const { host, port, url } = given;
  const message = `The server answers at ${url} but not at ${addressOf({ host, port })}, where the cluster would call it.`;
  const hint = `Start it without --host, or with --host=${host}; or name another address as dns.host-ip in config.yaml.`;
  return new TroubleError({ code: "server-elsewhere", message, hint }, { exitCode: 3 });
}
