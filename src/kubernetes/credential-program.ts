/** Runs the program that a kubeconfig names for logging in, as kubectl runs it: with a limit, and with a sentence for each way in which it fails. */
import { spawn } from "node:child_process";
import * as z from "zod/mini";
import { parseJSON } from "../base/json.ts";
import { TroubleError } from "../base/trouble.ts";

/** What a kubeconfig says of the program (k8s.io/client-go, tools/clientcmd/api/v1, ExecConfig). */
const programSchema = z.object({
  command: z.string(),
  args: z.optional(z.nullable(z.array(z.string()))),
  env: z.optional(z.nullable(z.array(z.object({ name: z.string(), value: z.string() })))),
  apiVersion: z.string(),
  interactiveMode: z.optional(z.string()),
  provideClusterInfo: z.optional(z.boolean()),
  installHint: z.optional(z.string()),
});

/** What the program prints (k8s.io/client-go, pkg/apis/clientauthentication/v1). */
const printedSchema = z.object({
  kind: z.literal("ExecCredential"),
  status: z.object({
    token: z.optional(z.string()),
    clientCertificateData: z.optional(z.string()),
    clientKeyData: z.optional(z.string()),
    expirationTimestamp: z.optional(z.nullable(z.string())),
  }),
});

export interface Credentials {
  readonly token: string | undefined;
  /** PEM. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** Milliseconds since 1970; undefined where they do not say. */
  readonly expiresAt: number | undefined;
}

export interface ProgramRun {
  /** The kubeconfig's entry, as it is written. */
  readonly program: unknown;
  /** What the program may ask to be told of the cluster. */
  readonly cluster: Readonly<Record<string, unknown>>;
  /** Words before the command, as login-program.ts has them. */
  readonly before: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the program is ended; a person may have to log in. */
  readonly patience?: number | undefined;
  readonly hasTerminal?: boolean | undefined;
}

const usualPatience = 2 * 60_000;

/** Milliseconds for what a program that has ended still has to say. */
const lastWordsPatience = 1_000;

/** Characters of the program's own words that are shown. */
const mostWords = 300;

/**
 * Runs it to its end.
 *
 * @throws TroubleError `login-program-failed` (exit 3)
 */
export async function runCredentialProgram(run: ProgramRun): Promise<Credentials> {
  const program = readProgram(run.program);
  const { output, failure } = await runToEnd(program, run);
  if (failure !== undefined) throw failed(program, failure);
  const printed = z.safeParse(printedSchema, parseJSON(output));
  if (!printed.success) throw failed(program, "printed something else than an ExecCredential");
  const { token, clientCertificateData: certificate, clientKeyData: key, expirationTimestamp } = printed.data.status;
  const hasPair = certificate !== undefined && key !== undefined;
  if (token === undefined && !hasPair) throw failed(program, "printed neither a token nor a certificate with its key");
  const expiresAt = Date.parse(expirationTimestamp ?? "");
  return { token, certificate, key, expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt };
}

type CredentialProgram = z.output<typeof programSchema>;

function readProgram(value: unknown): CredentialProgram {
  const program = z.safeParse(programSchema, value);
  if (program.success) return program.data;
  const message = "The kubeconfig names a login program without a command or an apiVersion.";
  const hint = "Write both into the kubeconfig, as the program's own guide says.";
  throw new TroubleError({ code: "login-program-failed", message, hint }, { exitCode: 3 });
}

interface Ended {
  readonly output: string;
  /** What went wrong, as the end of a sentence. */
  readonly failure: string | undefined;
}

async function runToEnd(program: CredentialProgram, run: ProgramRun): Promise<Ended> {
  const { before, patience = usualPatience, hasTerminal = process.stdin.isTTY } = run;
  const { interactiveMode = "IfAvailable" } = program;
  const isInteractive = hasTerminal && interactiveMode !== "Never";
  if (interactiveMode === "Always" && !hasTerminal)
    return { output: "", failure: "needs a terminal, and there is none" };
  const [command = "", ...args] = [...before, program.command, ...(program.args ?? [])];
  const child = spawn(command, args, {
    env: { ...process.env, ...environmentOf(program, run, isInteractive) },
    stdio: [isInteractive ? "inherit" : "ignore", "pipe", "pipe"],
    // With a group of its own, what the program started ends with it; a terminal is the group's of who types.
    detached: !isInteractive,
  });
  let [output, words] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (words += text));
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  child.on("error", (error) => resolve(`cannot be run: ${error.message}`));
  child.on("exit", (code, signal) => {
    const judge = (): void => resolve(code === 0 ? undefined : `ended with ${code ?? signal}${lastLineOf(words)}`);
    child.on("close", judge);
    // What the program leaves running may keep its output open.
    setTimeout(judge, lastWordsPatience);
  });
  const end = (failure: string) => (): void => {
    endGroup(child.pid, isInteractive);
    resolve(failure);
  };
  const timer = setTimeout(end(`did not end within ${Math.round(patience / 1_000)} seconds`), patience);
  const stopped = end("was ended");
  run.signal?.addEventListener("abort", stopped);
  const failure = await promise;
  clearTimeout(timer);
  run.signal?.removeEventListener("abort", stopped);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return { output, failure };
}

function endGroup(pid: number | undefined, isAlone: boolean): void {
  if (pid === undefined) return;
  try {
    process.kill(isAlone ? pid : -pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

function environmentOf(
  { apiVersion, env, provideClusterInfo = false }: CredentialProgram,
  { cluster }: ProgramRun,
  interactive: boolean,
): NodeJS.ProcessEnv {
  const spec = { interactive, ...(provideClusterInfo && { cluster }) };
  const info = JSON.stringify({ kind: "ExecCredential", apiVersion, spec });
  return { ...Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])), KUBERNETES_EXEC_INFO: info };
}

function lastLineOf(words: string): string {
  const line = words.trim().split("\n").at(-1)?.trim() ?? "";
  return line === "" ? "" : `: ${line.slice(0, mostWords).replace(/\.$/, "")}`;
}

function failed({ command, args, installHint }: CredentialProgram, failure: string): TroubleError {
  const message = `The login program of the kubeconfig ${failure}: ${[command, ...(args ?? [])].join(" ")}`;
  const advice = installHint?.split("\n").find((line) => line !== "");
  const hint = advice ?? "Log in with it on a terminal, as kubectl does when you type:";
  return new TroubleError(
    {
      code: "login-program-failed",
      message,
      hint,
      ...(advice === undefined && { command: "kubectl cluster-info" }),
    },
    { exitCode: 3 },
  );
}
