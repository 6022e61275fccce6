/** The operating system that this process runs on: the one place that asks. */
import { linux } from "./linux.ts";
import type { Platform } from "./platform.ts";

/** The table of this machine. Systems without one of their own are treated as Linux. */
export const platform: Platform = linux;

/** The number of the user that this process runs as; undefined where users have none. */
export function currentUser(): number | undefined {
  return process.geteuid?.();
}

/** Whether this process may change the system. */
export function isRoot(): boolean {
  return currentUser() === 0;
}

/** Whether it is macOS. */
export function isMacOS(): boolean {
  return process.platform === "darwin";
}

/** Whether it is Linux. */
export function isLinux(): boolean {
  return process.platform === "linux";
}
