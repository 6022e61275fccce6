/** systemd behind the port of service managers: a socket unit holds the port at all times, a service unit answers on it. */
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../../base/process.ts";
import { readIfThere } from "../../base/read-if-there.ts";
import type { Trouble } from "../../base/trouble.ts";
import type { PresentService, ServiceChange, ServiceFile, ServiceManager, WantedService } from "../service-manager.ts";
import { systemdCommands } from "./commands.ts";
import { isConnectedToJournal, journalPrefix } from "./journal.ts";
import {
  packagedUnitFolder,
  preparationPath,
  serviceUnitName,
  socketDropInPath,
  socketUnitName,
  unitFolder,
} from "./names.ts";
import { readPredecessor } from "./predecessor.ts";
import { findState } from "./state.ts";
import { findSupervisor } from "./supervisor.ts";
import { isSystemdThere, patience, systemctl, unitProperty } from "./systemctl.ts";
import { systemdOfUsers } from "./user-units.ts";
import { listenStream, listenStreamOf, preparationDropIn, serviceUnit, socketDropIn, socketUnit } from "./units.ts";

const unitPath = join(unitFolder, serviceUnitName);
const socketPath = join(unitFolder, socketUnitName);

export const systemd: ServiceManager = {
  name: "systemd",
  service: serviceUnitName,
  portHolder: socketUnitName,
  settingsFormat: "systemd.exec(5) EnvironmentFile=",
  commands: systemdCommands,
  ofUsers: systemdOfUsers,
  findObstacle: (serve) => (isSystemdThere() ? undefined : noSystemd(serve)),
  findPresent,
  findState: async (look) => (isSystemdThere() ? findState(look) : undefined),
  placeText: listenStream,
  filesOf,
  preparationFile: preparationPath,
  ownPaths: [unitPath, socketPath, `${unitPath}.d`, `${socketPath}.d`],
  findReplaced,
  run,
  stop,
  forget,
  setPredecessorAside: async (copy) => {
    await copyFile(unitPath, copy);
    // An administrator's unit would win over a package's.
    await rm(unitPath);
  },
  restorePredecessor: async (copy) => {
    // The unit may be a link, as one that is masked is.
    await rm(unitPath, { force: true });
    await copyFile(copy, unitPath);
    return unitPath;
  },
  findSupervisor,
  isLog: isConnectedToJournal,
  logPrefix: journalPrefix,
};

function noSystemd(serve: string): Trouble {
  return {
    code: "no-systemd",
    message: "systemd does not run this machine.",
    hint: `Start the server by what does: ${serve}\n  In WSL, systemd is switched on in /etc/wsl.conf: [boot] and systemd=true.`,
  };
}

async function findPresent(isPackaged: boolean): Promise<PresentService> {
  const sockets = isPackaged ? [socketDropInPath, join(packagedUnitFolder, socketUnitName)] : [socketPath];
  const [unit, ...units] = await Promise.all([unitPath, ...sockets].map(readIfThere));
  const pid = Number(await unitProperty(serviceUnitName, "MainPID"));
  return {
    place: listenStreamOf(units.find((text) => text !== undefined) ?? ""),
    isListening: (await unitProperty(socketUnitName, "ActiveState")) === "active",
    pid: pid > 0 ? pid : undefined,
    predecessor: unit === undefined ? undefined : readPredecessor(unit),
  };
}

/** A package brings the units; only where they listen is left to say. */
function filesOf(wanted: WantedService, isMoved: boolean): readonly ServiceFile[] {
  const { command, canNotify, listen, preparation } = wanted;
  const before = preparation && { path: preparationPath, content: preparationDropIn(preparation) };
  const more = before === undefined ? [] : [before];
  if (command === undefined)
    return [...(isMoved ? [{ path: socketDropInPath, content: socketDropIn(listen) }] : []), ...more];
  return [
    ...more,
    { path: socketPath, content: socketUnit(listen) },
    { path: unitPath, content: serviceUnit(command, { hasAddon: canNotify }) },
  ];
}

async function findReplaced(programFolder: string): Promise<readonly string[]> {
  const unit = (await readIfThere(unitPath)) ?? "";
  return unit.includes(`${programFolder}/`) ? [unitPath, socketPath] : [];
}

async function run(change: ServiceChange): Promise<void> {
  await systemctl("daemon-reload");
  await systemctl("enable", "--quiet", socketUnitName, serviceUnitName);
  // A predecessor answers until here.
  if (change === "place") await systemctl("stop", serviceUnitName, socketUnitName);
  await systemctl("start", socketUnitName);
  await systemctl(change === "nothing" ? "start" : "restart", serviceUnitName);
}

/** Missing units are fine: half an installation must be removable. */
async function stop(): Promise<void> {
  const units = [socketUnitName, serviceUnitName];
  for (const unit of units) await runProgram("systemctl", ["disable", "--quiet", unit]);
  for (const unit of units) await runProgram("systemctl", ["stop", unit], { timeout: patience });
}

async function forget(): Promise<void> {
  await systemctl("daemon-reload");
  await runProgram("systemctl", ["reset-failed", serviceUnitName, socketUnitName]);
}
