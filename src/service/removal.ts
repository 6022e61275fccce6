/** Takes the service from the machine: what there is of it, and removing it. */
import { copyFile, lstat, readFile, readlink, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  commandFolder,
  commandNames,
  predecessorCopy,
  programFolder,
  serviceStateFolder,
  serviceUnitName,
  settingsFolder,
  socketUnitName,
  unitFolder,
} from "../platform/places.ts";
import { runProgram } from "../base/process.ts";
import { systemctl } from "../platform/systemd/systemctl.ts";

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
  return thoseThere(places);
}

/** Paths of an installation by hand that a package takes the place of; settings, token and state stay for it. */
export async function findReplaced(): Promise<readonly string[]> {
  const unit = await readFile(join(unitFolder, serviceUnitName), "utf8").catch(() => "");
  const units = unit.includes(`${programFolder}/`) ? [serviceUnitName, socketUnitName] : [];
  const places = [...units.map((name) => join(unitFolder, name)), ...(await ownLinks()), programFolder];
  return thoseThere(places);
}

/** A command of the same name that npm or somebody else put there is not ours. */
async function ownLinks(): Promise<readonly string[]> {
  const links = commandNames.map((name) => join(commandFolder, name));
  const targets = await Promise.all(links.map(async (path) => readlink(path).catch(() => "")));
  return links.filter((_, index) => dirname(targets[index] ?? "") === programFolder);
}

async function thoseThere(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(async (path) => ((await isThere(path)) ? [path] : [])));
  return found.flat();
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

/** Whether the predecessor's unit was set aside, which is the user's and not ours to remove. */
export async function hasPredecessor(): Promise<boolean> {
  return isThere(predecessorCopy);
}

/**
 * Removes paths, puts the predecessor's unit back where it was, and lets systemd know. What the unit starts may have gone
 * long ago, so it is not started.
 *
 * @returns where the predecessor's unit is again, if there was one
 * @throws TroubleError `systemd-refused`, and the file system's errors
 */
export async function removeInstalled(paths: readonly string[]): Promise<string | undefined> {
  const unit = join(unitFolder, serviceUnitName);
  const isGivenBack = await hasPredecessor();
  await rm(unit, { force: true });
  if (isGivenBack) {
    await copyFile(predecessorCopy, unit);
    await rm(predecessorCopy);
  }
  for (const path of paths) if (path !== unit) await rm(path, { recursive: true, force: true });
  await reloadUnits();
  return isGivenBack ? unit : undefined;
}

async function reloadUnits(): Promise<void> {
  await systemctl("daemon-reload");
  await runProgram("systemctl", ["reset-failed", serviceUnitName, socketUnitName]);
}
