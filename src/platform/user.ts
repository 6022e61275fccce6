/** The user who runs this process. The numbers are undefined where users have none, as on Windows. */
import { userInfo } from "node:os";
import { type UserName, numberAsName, parseUserName } from "../records/user.ts";

/** The number of the effective user. */
export function currentUser(): number | undefined {
  return process.geteuid?.();
}

/** The number of the effective group. */
export function currentGroup(): number | undefined {
  return process.getegid?.();
}

/** The name of the effective user; the number in its place where the system knows no name, or one that a path cannot have. */
export function currentUserName(): UserName {
  return parseUserName(loginName()) ?? numberAsName(currentUser() ?? 0);
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return "";
  }
}

/** Whether this process may change the system. */
export function isRoot(): boolean {
  return currentUser() === 0;
}
