/** Runs other programs. Execa is loaded only when the first one runs, since many runs need none. */

export interface Ran {
  readonly ok: boolean;
  readonly output: string;
  /** Its standard error, or why it could not be run. */
  readonly complaint: string;
  /** Whether there is no such program on PATH. */
  readonly isMissing: boolean;
}

export interface RunOptions {
  /** Written to its standard input. */
  readonly input?: string;
  /** Milliseconds after which it is ended. */
  readonly timeout?: number;
}

/** Runs a program to its end, with an argument array and never a shell; in English, so that its words can be read. */
export async function runProgram(file: string, parameters: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { execa } = await import("execa");
  const result = await execa(file, parameters, {
    ...options,
    reject: false,
    stripFinalNewline: false,
    env: { LC_ALL: "C.UTF-8" },
  });
  return {
    ok: !result.failed,
    output: result.stdout,
    complaint: result.stderr.trim() || (result.shortMessage ?? ""),
    isMissing: result.code === "ENOENT",
  };
}

/** Runs a program to its end and loads nothing for it, where what runs it is to stay small. One that fails prints nothing. */
export async function runBare(file: string, parameters: readonly string[]): Promise<Pick<Ran, "output">> {
  const { execFile } = await import("node:child_process");
  const { promise, resolve } = Promise.withResolvers<Pick<Ran, "output">>();
  execFile(file, parameters, { timeout: 5000 }, (error, output) => resolve({ output: error === null ? output : "" }));
  return promise;
}

/**
 * Starts a program that goes on running, and ignores its output.
 *
 * @returns whether it could be started
 */
export async function startProgram(file: string, parameters: readonly string[]): Promise<boolean> {
  const { spawn } = await import("node:child_process");
  const child = spawn(file, parameters, { detached: true, stdio: "ignore" });
  child.unref();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  child.once("spawn", () => resolve(true)).once("error", () => resolve(false));
  return promise;
}
