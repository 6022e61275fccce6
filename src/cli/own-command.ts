/** How the user calls this program from the current folder, since a checkout is on nobody's PATH, and npm's folder not on root's. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isSea } from "node:sea";
import { platform } from "../platform/current.ts";

interface Called {
  /** What was typed for the program itself (process.argv0). */
  readonly typed: string;
  /** The script that Node runs, undefined in the single executable. */
  readonly script: string | undefined;
  /** The folder that the user is in. */
  readonly folder: string;
}

/**
 * What to type after `sudo` to run this program again.
 *
 * @returns as in `./hostsfile-server`; its words are for a shell
 */
export function ownCommand(called: Called = calledNow()): string {
  const { typed, script, folder } = called;
  if (script === undefined) return typed.includes("/") ? typed : basename(typed);
  const name = basename(script, ".js");
  if (dirname(script) === platform.places.programFolder) return name;
  const launcher = join(dirname(script), "..", name);
  if (script.endsWith(".js") && existsSync(launcher)) return dirname(launcher) === folder ? `./${name}` : launcher;
  // Of npm; sudo(8) has a PATH of its own.
  return /^\/usr\/(?:local\/)?bin\//.test(script) ? name : `env "PATH=$PATH" ${name}`;
}

function calledNow(): Called {
  return { typed: process.argv0, script: isSea() ? undefined : process.argv[1], folder: process.cwd() };
}
