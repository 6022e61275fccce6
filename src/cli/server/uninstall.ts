/** `hostsfile-server uninstall`: leaves the desktop as it was before `install`. */
import { existsSync } from "node:fs";
import { findInstalled, hasPredecessor, removeInstalled } from "../../service/removal.ts";
import { findWatchers, pathsOfWatcher, removeWatcher } from "../../service/watcher.ts";
import { renderCommand } from "../../base/shell.ts";
import { platform } from "../../platform/current.ts";
import { isPackageThere, isPackaged } from "../../platform/places.ts";
import { readResolverFacts } from "../../platform/resolver/read-facts.ts";
import { removeWirings, wiringPaths } from "../../platform/resolver/remove-wirings.ts";
import { TroubleError, adviceOf } from "../../base/trouble.ts";
import { printableJSON } from "../../base/printable.ts";
import { removeLinesFrom } from "./remove-lines.ts";
import { confirm } from "../confirm.ts";
import { requireRoot } from "../require-root.ts";
import type { Given } from "../setting.ts";
import type { uninstallSettings } from "./install-settings.ts";

const { places, services, commands } = platform;
const lifetimes = ["installed", "foreground"] as const;
const lines = { path: places.hostsFile, stateFolder: places.stateFolder, what: "hostsfile-server uninstall" };

/**
 * Removes the service, its files and the lines of the hosts file.
 *
 * @returns 0, or 1 when the user said no
 * @throws TroubleError when our lines cannot be removed, before anything else is (exit 3)
 */
export async function uninstall(given: Given<typeof uninstallSettings>): Promise<number> {
  requireRoot("uninstall");
  if (isPackaged(process.execPath, places)) return uninstallPackaged();
  if (isPackageThere(places)) throw packaged();
  const keepState = given.keepState === true;
  const watchers = await findWatchers(platform);
  const paths = [...(await findInstalled({ keepState }, platform)), ...(await wiringPaths(lifetimes))];
  for (const watcher of watchers) paths.push(...(await pathsOfWatcher(watcher)));
  const say = (text: string, result: Result): void => {
    if (given.json === true) process.stdout.write(`${printableJSON(result)}\n`);
    else if (given.quiet !== true) process.stdout.write(`${text}\n`);
  };
  if (paths.length === 0) {
    say("Nothing of hostsfile-server is installed.", { removed: [] });
    return 0;
  }
  const list = paths.map((path) => `  ${path}`).join("\n");
  if (given.dryRun === true) {
    say(`Would stop the service, remove its lines from ${places.hostsFile}, and remove:\n${list}`, {
      wouldRemove: paths,
    });
    return 0;
  }
  const question = `This stops the service, removes its lines from ${places.hostsFile}, and removes:\n${list}\n`;
  if (!(await confirm(question, given.yes))) return 1;
  for (const watcher of watchers) await removeWatcher(watcher, platform);
  await services.stop();
  // With --keep-state too: lines that nobody keeps up to date would go stale, and the state brings them back.
  await removeLinesFrom(lines);
  const changed = await removeWirings(await readResolverFacts(), { lifetimes });
  const ours = await findInstalled({ keepState }, platform);
  const givenBack = await removeInstalled(keepState ? ours : [...ours, places.stateFolder], platform);
  const kept = keepState && existsSync(places.stateFolder) ? [places.stateFolder] : [];
  const texts = [
    `Removed:\n${list}`,
    `No line of ours is left in ${places.hostsFile}.`,
    ...changed.map((trouble) => `${trouble.message} ${adviceOf(trouble)}`),
    ...kept.map((path) => `Kept: ${path}`),
    ...(givenBack === undefined ? [] : [describeGivenBack(givenBack)]),
  ];
  say(texts.join("\n"), { removed: paths, kept, givenBack: givenBack ?? null });
  return 0;
}

type Result = Readonly<Record<string, string | null | readonly string[]>>;

function describeGivenBack(path: string): string {
  const start = commands.asRoot(renderCommand(services.commands.enableNow));
  return `Back where it was: ${path} of the Python server.\n  It is not started; to do so: ${start}`;
}

/** The package manager knows the files, and calls this before it removes them (Debian Policy 6.6). */
async function uninstallPackaged(): Promise<number> {
  if (process.env["DPKG_MAINTSCRIPT_PACKAGE"] === undefined) throw packaged();
  for (const watcher of await findWatchers(platform)) await removeWatcher(watcher, platform);
  await services.stop();
  await removeLinesFrom(lines);
  await removeWirings(await readResolverFacts(), { lifetimes });
  if (await hasPredecessor(places))
    process.stdout.write(`${describeGivenBack((await removeInstalled([], platform)) ?? "")}\n`);
  return 0;
}

function packaged(): TroubleError {
  const message = "hostsfile-server was installed as a package.";
  const hint = "Remove it as one:";
  const command = commands.asRoot("apt purge hostsfile-server");
  return new TroubleError({ code: "installed-as-package", message, hint, command }, { exitCode: 3 });
}
