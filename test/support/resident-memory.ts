/** How much memory a program takes, for tests and measurements. */
import { readFileSync } from "node:fs";

/** The resident set (proc_pid_status(5), `VmRSS`), in bytes. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}
