/** What the commands take from the surroundings: default files and folders. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

const productName = "hostsfile-server";

/** The hosts file when none is given (hosts(5)). */
export const defaultHostsFile = "/etc/hosts";

/**
 * The state folder: what was given, else systemd's `$STATE_DIRECTORY` (systemd.exec(5)), else /var/lib as root, else the
 * user's own (XDG Base Directory Specification).
 *
 * @returns an absolute path
 */
export function stateFolderOf(given: string | undefined): string {
  const { STATE_DIRECTORY: ofService, XDG_STATE_HOME: ofUser } = process.env;
  if (given !== undefined) return resolve(given);
  const [first] = ofService?.split(":") ?? [];
  if (first !== undefined && first !== "") return first;
  if (process.geteuid?.() === 0) return join("/var/lib", productName);
  return join(ofUser ?? join(homedir(), ".local", "state"), productName);
}
