/** Removes the service from the machine: finds its parts, then removes them. */
import { lstat, readlink, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Places, commandNames } from "../platform/places.ts";
import type { Platform } from "../platform/platform.ts";

/** Paths of what is there: first what starts the service, so that nothing starts again, the program last. */
export async function findInstalled(
  options: { readonly keepState: boolean },
  { places, services }: Platform,
): Promise<readonly string[]> {
  return thoseThere([
    ...services.ownPaths,
    places.settingsFolder,
    ...(options.keepState ? [] : [places.stateFolder]),
    ...(await ownLinks(places)),
    places.programFolder,
  ]);
}

/** Paths of an installation by hand that a package takes the place of; settings, token and state stay for it. */
export async function findReplaced({ places, services }: Platform): Promise<readonly string[]> {
  const { programFolder } = places;
  return thoseThere([...(await services.findReplaced(programFolder)), ...(await ownLinks(places)), programFolder]);
}

/** A command of the same name that npm or somebody else put there is not ours. */
async function ownLinks({ commandFolder, programFolder }: Places): Promise<readonly string[]> {
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

/** Whether a predecessor's service was set aside, which is the user's and not ours to remove. */
export async function hasPredecessor({ predecessorCopy }: Places): Promise<boolean> {
  return isThere(predecessorCopy);
}

/**
 * Removes paths, and puts the predecessor's service back where it was. What that starts may be long gone, so it is not
 * started.
 *
 * @returns where the predecessor's service is again, if there was one
 * @throws TroubleError of the service manager, and the file system's errors
 */
export async function removeInstalled(
  paths: readonly string[],
  { places, services }: Platform,
): Promise<string | undefined> {
  const restored = (await hasPredecessor(places))
    ? await services.restorePredecessor(places.predecessorCopy)
    : undefined;
  if (restored !== undefined) await rm(places.predecessorCopy);
  for (const path of paths) if (path !== restored) await rm(path, { recursive: true, force: true });
  await services.forget();
  return restored;
}
