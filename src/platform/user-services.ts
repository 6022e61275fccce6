/** The port to what keeps a user's own services running: the watcher is one. */
import type { Login } from "./login.ts";

/** The watcher as it should be. */
export interface WantedWatcher {
  /** The command line, of absolute paths. */
  readonly command: readonly string[];
  /** What the user's own services are not told otherwise: where kubeconfigs and login programs are. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A file or a link in the user's home folder. */
type UserFile = { readonly path: string } & ({ readonly content: string } | { readonly target: string });

export interface UserServices {
  /** What the manager calls the watcher. */
  readonly watcher: string;
  /** The files that make the watcher known and start it when the user logs in. */
  readonly filesOf: (login: Login, wanted: WantedWatcher) => readonly UserFile[];
  /**
   * Reads the files again and starts the watcher anew.
   *
   * @returns false where the user has no services running now: then it starts with the next login
   * @throws TroubleError (exit 3) with the manager's own words
   */
  readonly start: (login: Login) => Promise<boolean>;
  /** Stops the watcher. One that is not there is fine. */
  readonly stop: (login: Login) => Promise<void>;
  /** Forgets the watcher after its files were removed. */
  readonly forget: (login: Login) => Promise<void>;
  /** Whether the user's services run without a login, from boot on. */
  readonly runFromBoot: (login: Login) => boolean;
  /** What to type so that they do, word by word. */
  readonly letRunFromBoot: (login: Login) => readonly string[];
  /** What to type, as the user, to start the watcher. */
  readonly startByHand: readonly string[];
  /** What to type, as the user, to see what the watcher says. */
  readonly log: readonly string[];
}
