/** Finds the user behind sudo who installs. That user will want to run dtk without sudo and must be able to read the token. */
import { runProgram } from "../base/process.ts";

/** How the token's file is owned. */
interface TokenOwner {
  readonly user: number;
  readonly group: number;
  readonly mode: number;
}

const rootAlone: TokenOwner = { user: 0, group: 0, mode: 0o600 };

/**
 * The owner of the token. A user's group counts when it is that user's own, as on most desktops; where several share
 * one, the file belongs to the user, and root reads it by its group, since the service has no power over other users' files.
 *
 * @param environment - with what sudo(8) says: SUDO_UID, SUDO_GID, SUDO_USER
 */
export async function findInstaller(environment: Readonly<Record<string, string | undefined>>): Promise<TokenOwner> {
  const { SUDO_UID: uid, SUDO_GID: gid, SUDO_USER: name } = environment;
  const [user, group] = [Number(uid), Number(gid)];
  if (uid === undefined || gid === undefined || name === undefined || !(user > 0) || !(group > 0)) return rootAlone;
  const { output } = await runProgram("id", ["--group", "--name", "--", name]);
  return output.trim() === name ? { user: 0, group, mode: 0o640 } : { user, group: 0, mode: 0o440 };
}
