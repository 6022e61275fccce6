/** The built product as a user starts it, on a scratch hosts file and state folder. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Status, statusSchema } from "../../src/contract/status.ts";
import type { Desktop } from "./desktop.ts";
import { eventually, freePort } from "./eventually.ts";
import { type Program, run, startProgram } from "./program.ts";

const launcher = join(import.meta.dirname, "..", "..", "hostsfile-server");

export const clusterIP = "192.168.122.167";

export interface ServerOptions {
  readonly desktop: Desktop;
  /** The same port again after a restart. */
  readonly port?: number;
  /** `--cluster-ip` and `--domains` as in the guide unless given. */
  readonly flags?: readonly string[];
  /** `ready` waits for /readyz; `answering` for any answer, as when it starts degraded. */
  readonly until?: "ready" | "answering";
}

export interface Server extends Program {
  readonly url: string;
  readonly port: number;
  /** Asks the server with curl, as a user does; Node's own fetch calls itself a browser (Sec-Fetch-Mode). */
  readonly request: (method: "GET" | "POST" | "DELETE", path: string, body?: string) => Promise<Answer>;
  readonly status: () => Promise<Status>;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Starts the server on loopback and waits until it answers. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { desktop, until = "ready", flags = [`--cluster-ip=${clusterIP}`, "--domains=dtk.io,mydomain.io"] } = options;
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const own = [
    `--port=${port}`,
    "--host=127.0.0.1",
    `--hosts-file=${desktop.hostsFile}`,
    `--state-dir=${desktop.stateFolder}`,
  ];
  const program = await startProgram([...desktop.enter, launcher, ...own, ...flags]);
  const request: Server["request"] = async (method, path, body) => {
    const data = body === undefined ? [] : ["-d", body];
    const output = await run(["curl", "-sS", "-w", "\n%{http_code}", "-X", method, ...data, `${url}${path}`]);
    const end = output.lastIndexOf("\n");
    return { status: Number(output.slice(end)), body: output.slice(0, end) };
  };
  try {
    await eventually(async () => {
      if (program.exit() !== undefined) return;
      const { status } = await request("GET", until === "ready" ? "/readyz" : "/healthz");
      if (until === "ready") assert.equal(status, 200);
    });
    assert.equal(program.exit(), undefined);
  } catch (error) {
    await program.stop();
    throw new Error(`The server does not start:\n${program.log()}`, { cause: error });
  }
  const status = async (): Promise<Status> => statusSchema.parse(JSON.parse((await request("GET", "/status")).body));
  return { ...program, url, port, request, status };
}

/** Runs a subcommand of the product to its end. */
export async function runCommand(desktop: Desktop, ...parameters: readonly string[]): Promise<string> {
  return run([...desktop.enter, launcher, ...parameters]);
}
