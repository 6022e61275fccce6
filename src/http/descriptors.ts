/** How many files and sockets this process may have open, so that connections leave enough for everything else. */
import { readFileSync } from "node:fs";
import { limitsFile } from "../platform/linux-files.ts";

/** What macOS gives a process unless told otherwise (launchd.plist(5)); for where the limit cannot be read. */
const usual = 256;

/** The soft limit of open descriptors (RLIMIT_NOFILE in getrlimit(2)). */
export function descriptorLimit(): number {
  try {
    return parseDescriptorLimit(readFileSync(limitsFile, "utf8"));
  } catch {
    return usual;
  }
}

/** Reads the limit from the text of `/proc/PID/limits` (proc_pid_limits(5)). */
export function parseDescriptorLimit(limits: string): number {
  const soft = /^Max open files +(\S+)/m.exec(limits)?.[1];
  if (soft === "unlimited") return Number.POSITIVE_INFINITY;
  return Number(soft ?? usual);
}
