/** What stands in the way of the service: looked for before anything is done, and all of it said at once. */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { takeLock } from "../sinks/hosts-file/lock.ts";
import type { Trouble } from "../base/trouble.ts";
import { otherManagers } from "./other-managers.ts";
import { serviceStateFolder } from "../platform/places.ts";
import { findPortHolder } from "./port-holder.ts";
import { isSystemdThere } from "../platform/systemd/systemctl.ts";
import type { ListenPlace } from "../platform/systemd/units.ts";

export interface ObstacleOptions {
  readonly listen: ListenPlace;
  /** Whether the port is held by a service that this one replaces. */
  readonly isPortOurs: boolean;
  /** The process of the service that runs now, which may keep the hosts file. */
  readonly servicePid: number | undefined;
  readonly hostsFile: string;
  /** What the user types to install, as `sudo ./hostsfile-server install`. */
  readonly command: string;
  /** Where cloud-init and WSL are configured, `/etc` but in tests. */
  readonly etc?: string;
}

/** Finds everything that hinders; an empty list is the way clear. */
export async function findObstacles(options: ObstacleOptions): Promise<readonly Trouble[]> {
  const { listen, isPortOurs, hostsFile, etc = "/etc" } = options;
  const atPort = isPortOurs || (await isPortFree(listen)) ? [] : [await portTaken(options)];
  const atFile = [...otherManagers(hostsFile, etc), ...unwritable(hostsFile, etc)];
  const systemd = isSystemdThere() ? [] : [noSystemd(options)];
  // Who has the port most likely keeps the file too, and is to be named once.
  const atLock = atPort.length + atFile.length === 0 ? await otherWriter(options) : [];
  return [...systemd, ...atPort, ...atFile, ...atLock];
}

function noSystemd({ command }: ObstacleOptions): Trouble {
  return {
    code: "no-systemd",
    message: "systemd does not run this machine.",
    hint: `Start the server by what does: ${command.replace(/install$/, "serve")}\n  In WSL, systemd is switched on in /etc/wsl.conf: [boot] and systemd=true.`,
  };
}

async function isPortFree({ host, port }: ListenPlace): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", (error) => resolve(!("code" in error && error.code === "EADDRINUSE")));
  server.listen({ host: host ?? "::", port }, () => server.close(() => resolve(true)));
  return promise;
}

/** A server that runs by hand is the usual one: it is stopped, not given another port. */
async function portTaken({ listen: { port }, command }: ObstacleOptions): Promise<Trouble> {
  const code = "port-taken";
  const holder = await findPortHolder(port);
  if (holder === undefined) {
    const hint = `See by what (sudo ss -ltnp 'sport = :${port}') and stop it, or choose another port:`;
    return { code, message: `Port ${port} is taken.`, hint, command: `${command} --port=${port + 1}` };
  }
  const { pid, command: running, unit } = holder;
  const message = `Port ${port} is taken by process ${pid}${unit === undefined ? "" : ` of ${unit}`} (${running}).`;
  const stop = unit === undefined ? `sudo kill ${pid}` : `sudo systemctl disable --now ${unit}`;
  const isServer = /hostsfile-server/.test(running);
  const other = isServer ? "" : `Choose another port (${command} --port=${port + 1}), or stop it:`;
  return { code, message, hint: other || "Stop it:", command: stop };
}

/** The service is root without root's powers, and may write to `/etc` alone. */
function unwritable(hostsFile: string, etc: string): readonly Trouble[] {
  try {
    accessSync(hostsFile, constants.W_OK);
    const real = realpathSync(hostsFile);
    const { uid } = statSync(real);
    if (dirname(real) !== realpathSync(etc)) return [elsewhere(hostsFile, real)];
    return uid === 0 || process.geteuid?.() !== 0 ? [] : [ofAnother(hostsFile, uid)];
  } catch (error) {
    const message = `${hostsFile} cannot be written: ${error instanceof Error ? error.message : String(error)}.`;
    return [
      {
        code: "hosts-file-unwritable",
        message,
        hint: "See why, and what mends it:",
        command: "hostsfile-server doctor",
      },
    ];
  }
}

function elsewhere(hostsFile: string, real: string): Trouble {
  return {
    code: "hosts-file-unwritable",
    message: `${hostsFile} leads to ${real}, and the service may write to /etc alone.`,
    hint: "Make it a plain file:",
    command: `sudo cp --remove-destination ${real} ${hostsFile}`,
  };
}

function ofAnother(hostsFile: string, uid: number): Trouble {
  return {
    code: "hosts-file-permission",
    message: `${hostsFile} belongs to user ${uid}, and the service may change root's files alone.`,
    hint: "Give it to root:",
    command: `sudo chown root:root ${hostsFile}`,
  };
}

/** A server by hand that keeps the file would keep the service from it. */
async function otherWriter({ hostsFile, servicePid }: ObstacleOptions): Promise<readonly Trouble[]> {
  const holder = { pid: process.pid, since: Date.now(), what: "hostsfile-server install" };
  const lock = takeLock({ path: hostsFile, stateFolder: serviceStateFolder, holder });
  if (lock.state === "held") await lock[Symbol.asyncDispose]();
  if (lock.state !== "taken" || lock.holder?.pid === servicePid) return [];
  const { code, message } = lock.trouble;
  if (lock.holder === undefined) return [{ code, message, hint: "Stop it." }];
  return [{ code, message, hint: "Stop it:", command: `sudo kill ${lock.holder.pid}` }];
}
