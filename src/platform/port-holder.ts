/** Finds the program that listens on a port, so that a message can say what to stop. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type Ran, runProgram } from "../base/process.ts";

export interface PortHolder {
  readonly pid: number;
  /** Its name, as the kernel has it (comm). */
  readonly name: string;
  /** Its command line, cut to what fits into a sentence. */
  readonly command: string;
  /** The service that it belongs to, as the service manager calls it. */
  readonly service: string | undefined;
}

type Run = (program: string, parameters: readonly string[]) => Promise<Pick<Ran, "output">>;

/**
 * Finds the process that listens on a port (ss(8)). For other users' programs that takes root.
 *
 * @param run - runs a program
 * @param transport - what it listens for
 * @returns undefined where it cannot be seen, as in another container
 */
export async function findPortHolder(
  port: number,
  run: Run = runProgram,
  transport: "tcp" | "udp" = "tcp",
): Promise<PortHolder | undefined> {
  const { output } = await run("ss", ["-H", "-l", `--${transport}`, "-n", "-p", `sport = :${port}`]);
  const [, name, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(output) ?? [];
  if (name === undefined || pid === undefined) return undefined;
  return { pid: Number(pid), name, command: commandOf(pid), service: serviceOf(readOr(`/proc/${pid}/cgroup`)) };
}

/** Characters of a command line that are shown. */
const shownCharacters = 80;

/** The program without its folder, so that what it runs finds room. */
function commandOf(pid: string): string {
  const [program = "", ...words] = readOr(`/proc/${pid}/cmdline`).split("\0");
  const text = [basename(program) || readOr(`/proc/${pid}/comm`).trim(), ...words].join(" ").trim();
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}...` : text;
}

/**
 * The service of the system that a process belongs to; one that runs in a terminal belongs to none.
 *
 * @param groups - text of /proc/PID/cgroup (cgroups(7))
 */
export function serviceOf(groups: string): string | undefined {
  return /\/system\.slice\/(?:[^/\n]+\.slice\/)*([^/\n]+\.service)$/m.exec(groups)?.[1];
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
