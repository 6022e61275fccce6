/** systemd behind the port of service managers: socket units hold the ports at all times, a service unit answers on them. */
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../../base/process.ts";
import { readIfThere } from "../../base/read-if-there.ts";
import type { Trouble } from "../../base/trouble.ts";
import { responderPlaces } from "../../records/listen-address.ts";
import { type PortHolder, readPortHolder } from "../port-holder.ts";
import type { PresentService, ServiceChange, ServiceFile, ServiceManager, WantedService } from "../service-manager.ts";
import { systemdCommands } from "./commands.ts";
import { isConnectedToJournal, journalPrefix } from "./journal.ts";
import {
  packagedUnitFolder,
  preparationPath,
  responderDropInPath,
  responderUnitName,
  serviceUnitName,
  socketDropInPath,
  socketUnitName,
  takenPortFile,
  unitFolder,
} from "./names.ts";
import { readPredecessor } from "./predecessor.ts";
import { findState } from "./state.ts";
import { findSupervisor } from "./supervisor.ts";
import { isSystemdThere, patience, systemctl, unitProperty } from "./systemctl.ts";
import { systemdOfUsers } from "./user-units.ts";
import {
  listenStream,
  listenStreamOf,
  preparationDropIn,
  responderDropIn,
  responderUnit,
  serviceUnit,
  socketDropIn,
  socketUnit,
} from "./units.ts";

const unitPath = join(unitFolder, serviceUnitName);
const socketPath = join(unitFolder, socketUnitName);
const responderPath = join(unitFolder, responderUnitName);

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
  optionalFiles: [preparationPath, responderDropInPath],
  responderFiles: [responderPath, responderDropInPath],
  ownPaths: [unitPath, socketPath, responderPath].flatMap((path) => [path, `${path}.d`]),
  findTakenPort,
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
  const { command, canNotify, listen, responder, preparation } = wanted;
  const before = preparation && { path: preparationPath, content: preparationDropIn(preparation) };
  const more = before === undefined ? [] : [before];
  if (command === undefined) {
    const isUsual = responderUnit(responder) === responderUnit(responderPlaces());
    return [
      ...(isMoved ? [{ path: socketDropInPath, content: socketDropIn(listen) }] : []),
      ...(isUsual ? [] : [{ path: responderDropInPath, content: responderDropIn(responder) }]),
      ...more,
    ];
  }
  return [
    ...more,
    { path: socketPath, content: socketUnit(listen) },
    { path: responderPath, content: responderUnit(responder) },
    { path: unitPath, content: serviceUnit(command, { hasAddon: canNotify }) },
  ];
}

async function findReplaced(programFolder: string): Promise<readonly string[]> {
  const unit = (await readIfThere(unitPath)) ?? "";
  return unit.includes(`${programFolder}/`) ? [unitPath, socketPath, responderPath] : [];
}

/** A port of the responder that is taken ends nothing: the server says so. */
async function run(change: ServiceChange, hasResponder: boolean): Promise<void> {
  await systemctl("daemon-reload");
  await systemctl("enable", "--quiet", socketUnitName, serviceUnitName);
  if (hasResponder) await systemctl("enable", "--quiet", responderUnitName);
  else await runProgram("systemctl", ["disable", "--quiet", "--now", responderUnitName], { timeout: patience });
  // A predecessor answers until here.
  if (change === "place") await systemctl("stop", serviceUnitName, socketUnitName);
  await systemctl("start", socketUnitName);
  if (change === "responder" && hasResponder)
    await runProgram("systemctl", ["restart", responderUnitName], { timeout: patience });
  // The start of the service opens the sockets of the responder that are not open.
  await systemctl(change === "nothing" ? "start" : "restart", serviceUnitName);
}

/** Missing units are fine: half an installation must be removable. */
async function stop(): Promise<void> {
  const units = [responderUnitName, socketUnitName, serviceUnitName];
  for (const unit of units) await runProgram("systemctl", ["disable", "--quiet", unit]);
  for (const unit of units) await runProgram("systemctl", ["stop", unit], { timeout: patience });
  await rm(takenPortFile, { force: true });
}

async function forget(): Promise<void> {
  await systemctl("daemon-reload");
  await runProgram("systemctl", ["reset-failed", serviceUnitName, socketUnitName, responderUnitName]);
}

/** As it was written when the sockets could not be opened. */
async function findTakenPort(port: number, transport: "tcp" | "udp"): Promise<PortHolder | undefined> {
  return readPortHolder((await readIfThere(takenPortFile)) ?? "", port, transport);
}
