/** Speaks with systemd when it started this process: takes the sockets that it holds, and tells it how the server is. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { kernelCalls } from "../kernel-calls.ts";
import { renderCommand } from "../../base/shell.ts";
import { TroubleError } from "../../base/trouble.ts";
import type { Supervisor } from "../service-manager.ts";
import { findPassedSockets } from "../passed-sockets.ts";
import { systemdCommands } from "./commands.ts";
import { responderSocketName } from "./names.ts";

const execute = promisify(execFile);

/** The first descriptor that is passed (sd_listen_fds(3), SD_LISTEN_FDS_START). */
const firstDescriptor = 3;

/**
 * Reads what systemd said in the environment, and takes it out, so that no child process takes it for its own.
 *
 * @param environment - `process.env`
 * @param pid - of this process
 * @throws TroubleError `several-sockets` (exit 3) when more than one socket is passed for callers
 */
export function findSupervisor(environment: NodeJS.Dict<string>, pid: number): Supervisor {
  const { caller, responder } = takeSockets(environment, pid);
  const socket = environment["NOTIFY_SOCKET"];
  const interval = watchdogInterval(environment, pid);
  // The notifying program is this process's child: what it inherits must not make it a server or watched.
  for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG_PID", "WATCHDOG_USEC"]) {
    delete environment[name];
  }
  let timer: NodeJS.Timeout | undefined;
  const tell = async (...words: readonly string[]): Promise<void> => {
    if (socket !== undefined) await notify(socket, words);
  };
  return {
    descriptor: caller,
    responderSockets: () => findPassedSockets(responder),
    isThere: socket !== undefined,
    ready: async (status, isAlive = () => true) => {
      if (interval !== undefined) timer ??= setInterval(() => isAlive() && void tell("WATCHDOG=1"), interval);
      await tell("READY=1", `STATUS=${status.replaceAll("\n", " ")}`);
    },
    reloading: async () => tell("RELOADING=1"),
    stopping: async () => tell("STOPPING=1"),
    [Symbol.asyncDispose]: async () => clearInterval(timer),
  };
}

/** Sockets have the names that their units give them (systemd.socket(5), FileDescriptorName). */
function takeSockets(
  environment: NodeJS.Dict<string>,
  pid: number,
): { readonly caller: number | undefined; readonly responder: readonly number[] } {
  const isMeant = Number(environment["LISTEN_PID"]) === pid;
  const count = isMeant ? Number.parseInt(environment["LISTEN_FDS"] ?? "", 10) || 0 : 0;
  const names = environment["LISTEN_FDNAMES"]?.split(":") ?? [];
  const descriptors = Array.from({ length: count }, (_, index) => firstDescriptor + index);
  const isResponders = (descriptor: number): boolean => names[descriptor - firstDescriptor] === responderSocketName;
  const callers = descriptors.filter((descriptor) => !isResponders(descriptor));
  if (callers.length <= 1) return { caller: callers[0], responder: descriptors.filter(isResponders) };
  const message = `systemd passes ${callers.length} sockets where the server takes one.`;
  const hint = "Leave one ListenStream= in the socket's unit:";
  const command = renderCommand(systemdCommands.changePlace[0] ?? []);
  throw new TroubleError({ code: "several-sockets", message, hint, command }, { exitCode: 3 });
}

/** A third of the time after which systemd takes the process for dead, in ms (sd_watchdog_enabled(3) asks for half). */
function watchdogInterval(environment: NodeJS.Dict<string>, pid: number): number | undefined {
  const microseconds = Number(environment["WATCHDOG_USEC"]);
  const isMeant = environment["WATCHDOG_PID"] === undefined || Number(environment["WATCHDOG_PID"]) === pid;
  return isMeant && microseconds > 0 ? microseconds / 3000 : undefined;
}

/**
 * Without the addon systemd-notify(1) speaks, since Node has no datagram sockets of the Unix family. That it is missing or
 * fails ends nothing: systemd itself sees that it was told nothing.
 */
async function notify(socket: string, words: readonly string[]): Promise<void> {
  if (kernelCalls().notify(socket, words.join("\n"))) return;
  await execute("systemd-notify", [...words], { timeout: 5000 }).catch(() => undefined);
}
