/** Runs commands and servers inside the test's process, which costs a tenth of starting the built product. */
import { resolve } from "node:path";
import { vi } from "vitest";
import { dtk } from "../../src/cli/dtk/commands.ts";
import { run } from "../../src/cli/program.ts";
import { hostsfileServer } from "../../src/cli/server/commands.ts";
import { serveSettings } from "../../src/cli/server/serve-settings.ts";
import { readSettings } from "../../src/cli/setting.ts";
import { startDaemon } from "../../src/daemon/daemon.ts";
import { lookAtAdminToken } from "../../src/platform/admin-token.ts";
import type { AdminToken } from "../../src/contract/token.ts";
import type { Finished, RunOptions, RunningProduct } from "./product.ts";

/**
 * Runs a command to its end. What it prints is caught, so only one may run at a time.
 *
 * @param options - as for `runProduct`, but for those that need a process of its own
 */
export async function runHere(
  commandLine: readonly string[],
  { environment = {}, program = "hostsfile-server", folder = process.cwd() }: Omit<RunOptions, "uid"> = {},
): Promise<Finished> {
  const [before, place] = [process.env, process.cwd()];
  const [output, talk] = [catchText(process.stdout), catchText(process.stderr)];
  process.env = { PATH: before["PATH"], ...environment };
  process.chdir(folder);
  try {
    const declaration = program === "dtk" ? dtk : hostsfileServer;
    const exitCode = await run(declaration, [process.execPath, program, ...commandLine]);
    return { exitCode, output: output.text(), talk: talk.text() };
  } finally {
    process.chdir(place);
    process.env = before;
    output[Symbol.dispose]();
    talk[Symbol.dispose]();
  }
}

function catchText(stream: NodeJS.WriteStream): { readonly text: () => string } & Disposable {
  let caught = "";
  const spy = vi.spyOn(stream, "write").mockImplementation((chunk) => {
    caught += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    return true;
  });
  return { text: () => caught, [Symbol.dispose]: () => spy.mockRestore() };
}

export type ServerHere = Pick<RunningProduct, "port" | "url" | "log"> & {
  readonly stop: () => Promise<unknown>;
} & AsyncDisposable;

/**
 * Starts what `serve` runs, without its greeting, its signals and its service manager; with the DNS responder only where
 * it is told to listen.
 *
 * @param flags - of `serve`, each as `--flag=value`
 */
export async function startHere(flags: readonly string[]): Promise<ServerHere> {
  const { given } = readSettings(serveSettings, {
    program: "hostsfile-server",
    flags: Object.fromEntries(flags.map(readFlag)),
    words: [],
    environment: {},
  });
  const { clusterIP, domains, targets, tokenFile, stateFolder = "", hostsFile = "" } = given;
  const log: RunningProduct["log"][number][] = [];
  const write = (level: number) => (fields: object, msg: string) => void log.push({ ...fields, level, msg });
  const daemon = await startDaemon({
    given: { ...clusterIP, ...(domains && { domains }), ...(targets && { targets }) },
    host: given.host,
    port: 0,
    allow: () => given.allow,
    adminToken: () => readToken(tokenFile),
    hostsFile: resolve(hostsFile),
    stateFolder: resolve(stateFolder),
    forgetAfter: given.forgetAfter,
    isDryRun: given.dryRun ?? false,
    dns: given.dnsListen && { places: given.dnsListen, held: [], isAsked: true, mostTTL: undefined },
    log: { debug: write(20), info: write(30), warn: write(40), error: write(50) },
  });
  const stop = (): Promise<void> => Promise.resolve(daemon[Symbol.asyncDispose]());
  return { port: daemon.port, url: `http://127.0.0.1:${daemon.port}`, log, stop, [Symbol.asyncDispose]: stop };
}

function readFlag(flag: string): readonly [string, string | true] {
  const [name = "", value] = flag.replace("--", "").split("=");
  return [name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()), value ?? true];
}

function readToken(path: string | undefined): AdminToken {
  if (path === undefined) return { kind: "none" };
  const reading = lookAtAdminToken(path);
  if (!reading.ok) return { kind: "unusable", trouble: reading.trouble };
  return { kind: "known", token: reading.token, notice: reading.notice };
}
