/** A terminal of a reader of the documentation: a folder that looks like a checkout, and commands typed as they are written. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { eventually } from "./eventually.ts";
import { type Program, run, startProgram } from "./program.ts";
import { tools } from "./tools.ts";

const repository = join(import.meta.dirname, "..", "..");

export interface Terminal extends AsyncDisposable {
  /** Runs a block of commands as it is written; returns what it prints to standard output. */
  readonly type: (code: string) => Promise<string>;
  /** Types a command that stays in the foreground, in place of the one before. */
  readonly serve: (code: string) => Promise<Program>;
  /** Types a command that stays in the foreground into a terminal beside it; resolves when it has said something. */
  readonly beside: (code: string, said: RegExp) => Promise<Program>;
  /** Ctrl-C in the terminals of the server and beside it. */
  readonly interrupt: () => Promise<void>;
  /** Writes a file into the folder in which the commands are typed. */
  readonly save: (name: string, text: string) => Promise<void>;
}

/**
 * Opens a terminal.
 *
 * @param place - what to put before a command so that it runs on the desktop; a scratch folder; the kubeconfig; what a
 *   block must be changed to, where it names something that is not here
 */
export async function openTerminal(place: {
  readonly enter: readonly string[];
  readonly folder: string;
  readonly kubeconfig: string;
  readonly rewrite: (code: string) => string;
}): Promise<Terminal> {
  const { enter, kubeconfig, rewrite } = place;
  const home = await furnishHome(place.folder);
  const path = [join(home, "bin"), home, dirname(tools.kubectl), dirname(tools.helm), process.env["PATH"]].join(":");
  const environment = { KUBECONFIG: kubeconfig, HOME: home, PATH: path };
  const bash = (code: string): string[] => [...enter, "bash", "-euo", "pipefail", "-c", `cd\n${rewrite(code)}`];
  let server: Program | undefined;
  const others: Program[] = [];
  const interrupt = async (): Promise<void> => {
    for (const other of others.splice(0)) await other.stop("SIGINT");
    await server?.stop("SIGINT");
  };
  // A terminal's Ctrl-C reaches the program itself, so the shell must not be in between.
  const start = async (code: string): Promise<Program> =>
    startProgram(bash(code.replace(/^(?:(?:sudo )?\.\/hostsfile-server|etcd)(?= |$)/m, "exec $&")), { environment });
  return {
    interrupt,
    beside: async (code, said) => {
      const started = await start(code);
      others.push(started);
      await eventually(() => expect(started.log()).toMatch(said));
      return started;
    },
    type: async (code) => run(bash(code), { environment }),
    save: async (name, text) => writeFile(join(home, name), text),
    serve: async (code) => {
      await interrupt();
      const started = await start(code);
      server = started;
      await eventually(() => {
        expect(started.exit(), `it said: ${started.log()}`).toBeUndefined();
        expect(started.log()).toContain("--webhook-provider-url=");
      });
      return started;
    },
    [Symbol.asyncDispose]: interrupt,
  };
}

/** A folder that looks like a checkout, with a sudo for a user who is root already. */
async function furnishHome(folder: string): Promise<string> {
  const home = join(folder, "checkout");
  await mkdir(join(home, "bin"), { recursive: true });
  for (const launcher of ["hostsfile-server", "dtk"]) await symlink(join(repository, launcher), join(home, launcher));
  await writeFile(join(home, "bin", "sudo"), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  return home;
}
