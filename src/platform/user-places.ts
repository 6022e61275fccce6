/** Where the files of a user's watcher are (XDG Base Directory Specification). */
import { homedir } from "node:os";
import { join } from "node:path";
import { serviceName } from "./places.ts";

interface UserPlaces {
  /** The user's watch token. */
  readonly tokenFile: string;
  /** Which clusters the watcher feeds. */
  readonly watcherMemory: string;
}

/** Those of the user who runs this process. */
export function ownPlaces({ XDG_CONFIG_HOME: configuration, XDG_STATE_HOME: state } = process.env): UserPlaces {
  return userPlaces(homedir(), { configuration, state });
}

/**
 * Those of a user.
 *
 * @param home - the user's home folder
 * @param given - what the user set in place of `~/.config` and `~/.local/state`
 */
export function userPlaces(
  home: string,
  given: { readonly configuration?: string | undefined; readonly state?: string | undefined } = {},
): UserPlaces {
  const { configuration = join(home, ".config"), state = join(home, ".local", "state") } = given;
  return {
    tokenFile: join(configuration, serviceName, "token"),
    watcherMemory: join(state, serviceName, "watch.json"),
  };
}
