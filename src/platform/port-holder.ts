/** Finds the program that listens on a port, so that a message can say what to stop. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type Ran, runProgram } from "../base/process.ts";
import { serviceName } from "./places.ts";

export interface PortHolder {
  readonly pid: number;
  /** Its name, as the kernel has it (comm). */
  readonly name: string;
  /** Its command line, cut to what fits into a sentence. */
  readonly command: string;
  /** Whether it is a server of ours. */
  readonly isOurs: boolean;
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
  return readHolder(output);
}

/**
 * Reads who has a port out of what `ss -Hlntup` printed earlier.
 *
 * @param text - lines as in `udp UNCONN 0 0 127.0.0.1:5391 0.0.0.0:* users:(("dnsmasq",pid=4711,fd=4))`
 */
export function readPortHolder(text: string, port: number, transport: "tcp" | "udp"): PortHolder | undefined {
  const line = text.split("\n").find((each) => {
    const words = each.split(/\s+/);
    return words[0] === transport && words[4]?.endsWith(`:${port}`) === true;
  });
  return line === undefined ? undefined : readHolder(line);
}

function readHolder(text: string): PortHolder | undefined {
  const [, name, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(text) ?? [];
  if (name === undefined || pid === undefined) return undefined;
  const words = readOr(`/proc/${pid}/cmdline`).split("\0");
  const service = serviceOf(readOr(`/proc/${pid}/cgroup`));
  return { pid: Number(pid), name, command: commandOf(pid, words), isOurs: isServer(words), service };
}

/** Characters of a command line that are shown. */
const shownCharacters = 80;

/** The program without its folder, so that what it runs finds room. */
function commandOf(pid: string, [program = "", ...words]: readonly string[]): string {
  const text = [basename(program) || readOr(`/proc/${pid}/comm`).trim(), ...words].join(" ").trim();
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}...` : text;
}

/** The program alone, and as a script: ours, and the predecessor's. */
const serverNames: ReadonlySet<string> = new Set([serviceName, `${serviceName}.js`, `${serviceName}.py`]);

/**
 * Whether a command line runs hostsfile-server. Folders and settings of any program may have that name.
 *
 * @param words - the program and its arguments
 */
export function isServer([program = "", ...words]: readonly string[]): boolean {
  const script = words.find((word) => !word.startsWith("-")) ?? "";
  return [program, script].some((path) => serverNames.has(basename(path)));
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
