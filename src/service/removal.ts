/** Takes the service from the machine: what there is of it, and removing it. */
import { lstat, readlink, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  commandFolder,
  commandNames,
  programFolder,
  serviceStateFolder,
  serviceUnitName,
  settingsFolder,
  socketUnitName,
  unitFolder,
} from "./places.ts";
import { runProgram } from "../process.ts";
import { systemctl } from "./systemctl.ts";

/** Paths of what is there: units first, so that nothing is started again, the program last. */
export async function findInstalled(options: { readonly keepState: boolean }): Promise<readonly string[]> {
  const units = [serviceUnitName, socketUnitName].map((name) => join(unitFolder, name));
  const places = [
    ...units,
    ...units.map((unit) => `${unit}.d`),
    settingsFolder,
    ...(options.keepState ? [] : [serviceStateFolder]),
    ...(await ownLinks()),
    programFolder,
  ];
  const found = await Promise.all(places.map(async (path) => ((await isThere(path)) ? [path] : [])));
  return found.flat();
}

/** A command of the same name that npm or somebody else put there is not ours. */
async function ownLinks(): Promise<readonly string[]> {
  const links = commandNames.map((name) => join(commandFolder, name));
  const targets = await Promise.all(links.map(async (path) => readlink(path).catch(() => "")));
  return links.filter((_, index) => dirname(targets[index] ?? "") === programFolder);
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Stops the service and gives its port back; from now on nothing starts it. */
export async function stopService(): Promise<void> {
  // Units that are not there are no trouble: half an installation must be removable.
  for (const unit of [socketUnitName, serviceUnitName]) await runProgram("systemctl", ["disable", "--quiet", unit]);
  for (const unit of [socketUnitName, serviceUnitName])
    await runProgram("systemctl", ["stop", unit], { timeout: 120_000 });
}

/**
 * Removes paths, and lets systemd forget the units.
 *
 * @throws TroubleError `systemd-refused`, and the file system's errors
 */
export async function removeInstalled(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { recursive: true, force: true });
  await systemctl("daemon-reload");
  await runProgram("systemctl", ["reset-failed", serviceUnitName, socketUnitName]);
}
