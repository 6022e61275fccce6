/** Where the server keeps its state unless told otherwise. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { platform } from "./current.ts";
import { isRoot } from "./user.ts";
import { serviceName } from "./places.ts";

/**
 * The state folder: what was given, else what systemd says in `$STATE_DIRECTORY` (systemd.exec(5)), else the system's as
 * root, else the user's own (XDG Base Directory Specification).
 *
 * @returns an absolute path
 */
export function stateFolderOf(given: string | undefined): string {
  const { STATE_DIRECTORY: ofService, XDG_STATE_HOME: ofUser } = process.env;
  if (given !== undefined) return resolve(given);
  const [first] = ofService?.split(":") ?? [];
  if (first !== undefined && first !== "") return first;
  if (isRoot()) return platform.places.stateFolder;
  return join(ofUser ?? join(homedir(), ".local", "state"), serviceName);
}
