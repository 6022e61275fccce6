/** The user who runs this process. The numbers are undefined where users have none, as on Windows. */

/** The number of the effective user. */
export function currentUser(): number | undefined {
  return process.geteuid?.();
}

/** The number of the effective group. */
export function currentGroup(): number | undefined {
  return process.getegid?.();
}

/** Whether this process may change the system. */
export function isRoot(): boolean {
  return currentUser() === 0;
}
