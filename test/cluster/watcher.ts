/** The built watcher as a user starts it, beside a server. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Desktop } from "./desktop.ts";
import { eventually } from "./eventually.ts";
import { type Program, startProgram } from "./program.ts";
import type { Server } from "./server.ts";

const launcher = join(import.meta.dirname, "..", "..", "hostsfile-server");

export interface WatcherOptions {
  readonly desktop: Desktop;
  readonly server: Pick<Server, "port">;
  readonly kubeconfig: string;
  readonly flags?: readonly string[];
}

/** Starts it and waits until it is connected. */
export async function startWatcher({
  desktop,
  server,
  kubeconfig,
  flags = ["--domains=dtk.io"],
}: WatcherOptions): Promise<Program> {
  const own = ["watch", `--port=${server.port}`, "--host=127.0.0.1", `--kubeconfig=${kubeconfig}`];
  const environment = { XDG_STATE_HOME: desktop.stateFolder };
  const program = await startProgram([...desktop.enter, launcher, ...own, ...flags], { environment });
  await eventually(() => assert.match(program.log(), /: connected to /, program.log()));
  return program;
}
