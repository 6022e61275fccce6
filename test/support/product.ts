/** Runs the built product as a user would: the launcher, with flags, on scratch files. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const checkout = join(import.meta.dirname, "../..");

export interface Finished {
  readonly exitCode: number | null;
  readonly output: string;
  readonly talk: string;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Runs as this user instead of root. */
  readonly uid?: number;
  /** The launcher to start, `hostsfile-server` when not given. */
  readonly program?: "hostsfile-server" | "dtk";
  /** Where it runs, the checkout when not given. */
  readonly folder?: string;
  /** What is put before the launcher, as a tracer is. */
  readonly before?: readonly string[];
}

/** Runs a command to its end. */
export async function runProduct(commandLine: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = start(commandLine, options);
  const ended = once(child, "close");
  const [output, talk] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await ended;
  return { exitCode: child.exitCode, output, talk };
}

export interface RunningProduct extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** As `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The log so far, one parsed JSON line each. */
  readonly log: readonly { readonly level: number; readonly msg: string; readonly [key: string]: unknown }[];
  /** Sends a signal and waits for the end. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/**
 * Starts a server on a free port and waits until it has said that it listens.
 *
 * @param flags - beside `--port=0`
 */
export async function startProduct(flags: readonly string[], options: RunOptions = {}): Promise<RunningProduct> {
  const child = start(["serve", "--port=0", ...flags], options);
  const ended = once(child, "exit");
  const log: RunningProduct["log"][number][] = [];
  const listening = Promise.withResolvers<number>();
  let rest = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      log.push(line.startsWith("{") ? JSON.parse(line) : { level: 0, msg: line });
      const port = /^Listening on port (\d+)/.exec(log.at(-1)?.msg ?? "")?.[1];
      if (port !== undefined) listening.resolve(Number(port));
    }
  });
  void ended.then(() =>
    listening.reject(new Error(`the server ended: ${log.map(({ msg }) => msg).join(" | ")} ${rest}`)),
  );
  const port = await listening.promise;
  const stop = async (signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
    return child.exitCode;
  };
  return {
    pid: child.pid ?? 0,
    port,
    url: `http://127.0.0.1:${port}`,
    log,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

function start(
  commandLine: readonly string[],
  { environment, uid, program = "hostsfile-server", folder = checkout, before = [] }: RunOptions,
): ChildProcess & {
  stdout: NodeJS.ReadableStream;
  stderr: NodeJS.ReadableStream & { setEncoding(encoding: "utf8"): NodeJS.ReadableStream };
} {
  const [file = "", ...parameters] = [...before, join(checkout, program), ...commandLine];
  return spawn(file, parameters, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], ...environment },
    ...(uid !== undefined && { uid, gid: uid }),
  });
}
