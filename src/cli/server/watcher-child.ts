/** The watcher as a child of the server: with the rights of a user, started again when it ends, and gone with the server. */
import { messageOf } from "../../base/errors.ts";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { isSea } from "node:sea";
import type { Log } from "../../base/log.ts";
import type { AdminToken } from "../../contract/token.ts";
import { watchToken } from "../../contract/token.ts";
import { type Login, asUser, shellVariables, withParent } from "../../platform/login.ts";
import { currentUserName } from "../../platform/user.ts";
import { Backoff } from "../../sources/kubernetes/backoff.ts";
import { systemClock } from "../../sources/kubernetes/system-clock.ts";
import { watcherName } from "./require-login.ts";

interface WatcherChildOptions {
  /** As whom it runs; undefined for the user of this process. */
  readonly login: Login | undefined;
  /** Where the server listens. */
  readonly host: string;
  readonly port: number;
  readonly adminToken: () => AdminToken;
  readonly log: Log;
}

/** Milliseconds: between two starts, the time after which a watcher counts as one that runs, and until one is killed. */
const times = { first: 1000, most: 60_000, mostLater: 60_000, later: 0, longEnough: 60_000, patience: 5000 } as const;

/** Milliseconds between two looks at whether the token is another one. */
const interval = 2000;

export class WatcherChild implements AsyncDisposable {
  readonly #options: WatcherChildOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #child: ChildProcess | undefined;

  constructor(options: WatcherChildOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Ends the watcher, and starts none again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#child?.kill();
    const kill = setTimeout(() => this.#child?.kill("SIGKILL"), times.patience);
    await this.#running;
    clearTimeout(kill);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const retry = new Backoff(systemClock, times);
    while (!signal.aborted) {
      const [token, start] = [this.#token(), performance.now()];
      const how = await this.#runOnce(token);
      if (signal.aborted) return;
      if (performance.now() - start > times.longEnough) retry.succeeded();
      if (this.#token() !== token) continue;
      this.#options.log.error({ code: "watcher-ended", how }, `The watcher ended (${how}). It is started again.`);
      await retry.wait(signal);
    }
  }

  /** Runs one to its end, and says how that was. With another token it is ended. */
  async #runOnce(token: string | undefined): Promise<string> {
    const { log, login } = this.#options;
    const child = this.#spawn(token);
    this.#child = child;
    const who = login?.name ?? currentUserName();
    child.once("spawn", () => log.info({ code: "watcher-started", user: who }, `The watcher runs as ${who}.`));
    child.stdin?.on("error", () => undefined).end(token);
    this.#tellLines(child);
    const looking = setInterval(() => this.#token() !== token && child.kill(), interval);
    try {
      const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
      return signal ?? `exit code ${code}`;
    } catch (error) {
      return messageOf(error);
    } finally {
      clearInterval(looking);
      this.#child = undefined;
    }
  }

  /** The token goes over standard input, which nobody else sees. */
  #spawn(token: string | undefined): ChildProcess {
    const { login, host, port } = this.#options;
    const program = [process.execPath, ...(isSea() ? [] : process.argv.slice(1, 2))];
    const words = [...program, "watch", `--host=${host}`, `--port=${port}`];
    if (token !== undefined) words.push("--token-file=-");
    const [command = "", ...parameters] = [...withParent(login === undefined ? [] : asUser(login)), ...words];
    return spawn(command, parameters, { stdio: ["pipe", "ignore", "pipe"], env: { ...shellVariables() }, cwd: "/" });
  }

  #token(): string | undefined {
    const { login, adminToken } = this.#options;
    const held = adminToken();
    const user = login === undefined ? currentUserName() : watcherName(login);
    return held.kind === "known" ? watchToken(held.token, user) : undefined;
  }

  #tellLines(child: ChildProcess): void {
    let rest = "";
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#options.log.info({ code: "watcher-says" }, line);
    });
  }
}
