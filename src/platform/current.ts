/** The operating system that this process runs on: the one place that asks. */
import { linux } from "./linux.ts";
import type { Platform } from "./platform.ts";

/** The table of this machine. A system without a table of its own gets that of Linux. */
export const platform: Platform = linux;

/** Whether this is macOS. */
export function isMacOS(): boolean {
  return process.platform === "darwin";
}

/** Whether this is Linux. */
export function isLinux(): boolean {
  return process.platform === "linux";
}
