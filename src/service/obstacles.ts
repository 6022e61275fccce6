/** Finds what prevents the service from running, before anything is done, and reports all of it at once. */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { takeLock } from "../sinks/hosts-file/lock.ts";
import type { Trouble } from "../base/trouble.ts";
import { otherManagers } from "./other-managers.ts";
import { renderCommand } from "../base/shell.ts";
import type { Platform } from "../platform/platform.ts";
import { findPortHolder } from "../platform/port-holder.ts";
import type { ListenPlace } from "../platform/service-manager.ts";
import { errorCode, messageOf } from "../base/errors.ts";

export interface ObstacleOptions {
  readonly listen: ListenPlace;
  /** Whether the port is held by a service that this one replaces. */
  readonly isPortOurs: boolean;
  /** The process of the service that runs now, which may keep the hosts file. */
  readonly servicePid: number | undefined;
  readonly hostsFile: string;
  /** What the user types to install, as in `sudo ./hostsfile-server install`. */
  readonly command: string;
  readonly platform: Platform;
  /** Number of the user that installs; undefined where users have none. */
  readonly user: number | undefined;
}

/** Finds everything that prevents the service from running; an empty list means that nothing does. */
export async function findObstacles(options: ObstacleOptions): Promise<readonly Trouble[]> {
  const { listen, isPortOurs, hostsFile, command, platform } = options;
  const atPort = isPortOurs || (await isPortFree(listen)) ? [] : [await portTaken(options)];
  const atFile = [...otherManagers(hostsFile, platform), ...unwritable(options)];
  const atManager = platform.services.findObstacle(command.replace(/install$/, "serve"));
  // The program that has the port most likely has the file too, and is named once.
  const atLock = atPort.length + atFile.length === 0 ? await otherWriter(options) : [];
  return [...(atManager === undefined ? [] : [atManager]), ...atPort, ...atFile, ...atLock];
}

async function isPortFree({ host, port }: ListenPlace): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", (error) => resolve(errorCode(error) !== "EADDRINUSE"));
  server.listen({ host: host ?? "::", port }, () => server.close(() => resolve(true)));
  return promise;
}

/** A server that runs by hand is the usual one: it is stopped, not given another port. */
async function portTaken({ listen: { port }, command, platform }: ObstacleOptions): Promise<Trouble> {
  const code = "port-taken";
  const holder = await findPortHolder(port);
  if (holder === undefined) {
    const hint = `See by what (${platform.commands.showListeners(port)}) and stop it, or choose another port:`;
    return { code, message: `Port ${port} is taken.`, hint, command: `${command} --port=${port + 1}` };
  }
  const { pid, command: running, service, isOurs } = holder;
  const message = `Port ${port} is taken by process ${pid}${service === undefined ? "" : ` of ${service}`} (${running}).`;
  const { commands, services } = platform;
  const stop =
    service === undefined
      ? commands.endProcess(pid)
      : commands.asRoot(renderCommand(services.commands.stopOther(service)));
  const other = isOurs ? "" : `Choose another port (${command} --port=${port + 1}), or stop it:`;
  return { code, message, hint: other || "Stop it:", command: stop };
}

/** The service is root without root's powers, and may write only in the folder of the system's settings. */
function unwritable({ hostsFile, platform, user }: ObstacleOptions): readonly Trouble[] {
  const { configurationFolder } = platform.places;
  try {
    accessSync(hostsFile, constants.W_OK);
    const real = realpathSync(hostsFile);
    const { uid } = statSync(real);
    if (dirname(real) !== realpathSync(configurationFolder)) return [elsewhere(hostsFile, real, platform)];
    return uid === 0 || user !== 0 ? [] : [ofAnother(hostsFile, uid, platform)];
  } catch (error) {
    const message = `${hostsFile} cannot be written: ${messageOf(error)}.`;
    return [
      {
        code: "hosts-file-unwritable",
        message,
        hint: "See the cause and the repair:",
        command: "hostsfile-server doctor",
      },
    ];
  }
}

function elsewhere(hostsFile: string, real: string, { places, commands }: Platform): Trouble {
  return {
    code: "hosts-file-unwritable",
    message: `${hostsFile} leads to ${real}, and the service may write only in ${places.configurationFolder}.`,
    hint: "Make it a plain file:",
    command: commands.replaceLink(real, hostsFile),
  };
}

function ofAnother(hostsFile: string, uid: number, { commands }: Platform): Trouble {
  return {
    code: "hosts-file-permission",
    message: `${hostsFile} belongs to user ${uid}, and the service may change only root's files.`,
    hint: "Give it to root:",
    command: commands.giveToRoot(hostsFile),
  };
}

/** A server by hand that keeps the file would keep the service from it. */
async function otherWriter({ hostsFile, servicePid, platform }: ObstacleOptions): Promise<readonly Trouble[]> {
  const holder = { pid: process.pid, since: Date.now(), what: "hostsfile-server install" };
  const lock = takeLock({ path: hostsFile, stateFolder: platform.places.stateFolder, holder });
  if (lock.state === "held") await lock[Symbol.asyncDispose]();
  if (lock.state !== "taken" || lock.holder?.pid === servicePid) return [];
  const { code, message } = lock.trouble;
  if (lock.holder === undefined) return [{ code, message, hint: "Stop it." }];
  return [{ code, message, hint: "Stop it:", command: platform.commands.endProcess(lock.holder.pid) }];
}
