/** Runs programs for tests: long-running ones that end with the test whatever happens, and short ones for their output. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

const execute = promisify(execFile);
const stopTimeoutMs = 60_000;
const outputLimitBytes = 64 * 1024 * 1024;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** What the program printed so far, both streams. */
  readonly log: () => string;
  /** How it ended, undefined while it runs. */
  readonly exit: () => Exit | undefined;
  readonly ended: Promise<Exit>;
  /** Signals the program and waits for its end; one that does not end within a minute is killed. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Exit>;
}

export interface ProgramOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

/**
 * Starts a program that runs until it is disposed of. It also ends when the test process dies (prctl(2)
 * PR_SET_PDEATHSIG), so that a killed test run leaves nothing behind.
 *
 * @param command - the program and its arguments
 */
export async function startProgram(command: readonly string[], options: ProgramOptions = {}): Promise<Program> {
  const child = spawn("setpriv", ["--pdeathsig", "KILL", "--", ...command], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.environment },
    cwd: options.folder,
  });
  await once(child, "spawn");
  const log = captureLog(child);
  let exit: Exit | undefined;
  const ended = once(child, "close").then((): Exit => {
    exit = { code: child.exitCode, signal: child.signalCode };
    return exit;
  });
  const stop = async (signal: NodeJS.Signals = "SIGTERM"): Promise<Exit> => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
    return ended.finally(() => clearTimeout(timer));
  };
  return {
    pid: child.pid ?? 0,
    log,
    exit: () => exit,
    ended,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

function captureLog(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8");
    stream?.on("data", (chunk: string) => {
      text += chunk;
    });
  }
  return () => text;
}

/**
 * Runs a program to its end.
 *
 * @param command - the program and its arguments
 * @param options - `input` is written to its standard input
 * @returns its standard output
 * @throws an error with what it printed when its exit code is not 0
 */
export async function run(
  command: readonly string[],
  options: ProgramOptions & { readonly input?: string } = {},
): Promise<string> {
  const [file = "", ...parameters] = command;
  const env = { ...process.env, ...options.environment };
  const running = execute(file, parameters, { env, cwd: options.folder, maxBuffer: outputLimitBytes });
  // A short program may be gone before its input is closed.
  running.child.stdin?.on("error", () => {});
  const { stdin } = running.child;
  // A program that ends without reading its input has its exit code to say so.
  stdin?.on("error", () => undefined);
  if (options.input === undefined) stdin?.end();
  else stdin?.end(options.input);
  return (await running).stdout;
}
