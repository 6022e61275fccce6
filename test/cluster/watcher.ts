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
  /** The one that it is given; without one it follows `$KUBECONFIG`. */
  readonly kubeconfig?: string;
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What it says when the test may go on; that it is connected unless given. */
  readonly until?: RegExp;
}

/** Starts it and waits until it is connected. */
export async function startWatcher({
  desktop,
  server,
  kubeconfig,
  flags = ["--domains=dtk.io"],
  environment = {},
  until = /: connected to /,
}: WatcherOptions): Promise<Program> {
  const place = kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`];
  const own = ["watch", `--port=${server.port}`, "--host=127.0.0.1", ...place];
  const program = await startProgram([...desktop.enter, launcher, ...own, ...flags], {
    environment: { XDG_STATE_HOME: desktop.stateFolder, ...environment },
  });
  await eventually(() => assert.match(program.log(), until, program.log()));
  return program;
}
