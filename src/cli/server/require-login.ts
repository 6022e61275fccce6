/** Whose watcher it is where root was asked to start one: the user's who typed sudo. */
import { TroubleError } from "../../base/trouble.ts";
import { type Login, loginBehindSudo } from "../../platform/login.ts";
import { type UserName, numberAsName, parseUserName } from "../../records/user.ts";

/**
 * The user who typed sudo, as whom the watcher runs.
 *
 * @param what - what was asked for, as in `install --watch`
 * @throws TroubleError `no-user-behind-sudo` (exit 2)
 */
export function requireLogin(what: string): Login {
  const login = loginBehindSudo();
  if (login !== undefined) return login;
  const message = `${what} runs the watcher as the user who typed sudo, and nobody did. It does not run as root.`;
  const hint = "Log in as the user whose clusters are meant, and run it with sudo.";
  throw new TroubleError({ code: "no-user-behind-sudo", message, hint }, { exitCode: 2 });
}

/** The user's name as the server knows it. */
export function watcherName({ name, user }: Pick<Login, "name" | "user">): UserName {
  return parseUserName(name) ?? numberAsName(user);
}
