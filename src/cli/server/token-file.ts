/** The server's admin token is what its file says: read at the start, and again whenever the file has changed. */
import { statSync } from "node:fs";
import type { AdminToken } from "../../contract/token.ts";
import type { Log } from "../../base/log.ts";
import { type TokenReading, lookAtAdminToken, standardInput } from "../../platform/admin-token.ts";
import { type Trouble, TroubleError, adviceOf } from "../../base/trouble.ts";

/** Milliseconds between two readings of the file. */
const interval = 2000;

export class TokenFile implements Disposable {
  readonly #log: Log;
  #path: string | undefined;
  #reading: TokenReading | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** The token now. While a file was named and has none, nobody is let in by a token, nor without one. */
  get token(): AdminToken {
    if (this.#path === undefined || this.#reading === undefined) return { kind: "none" };
    const { token, notice, trouble } = { token: undefined, notice: undefined, trouble: undefined, ...this.#reading };
    if (token !== undefined) return { kind: "known", token, notice };
    return { kind: "unusable", trouble: lockedOut(trouble, this.#path) };
  }

  /**
   * Takes the token from a file from now on; from none when the path is undefined.
   */
  follow(path: string | undefined): void {
    if (path === this.#path && path !== undefined && isHandedOver(path)) return;
    this[Symbol.dispose]();
    this.#path = path;
    if (path === undefined) return;
    this.#read(path);
    if (isHandedOver(path)) return;
    // Not `watchFile`, which misses what changes before its own first look.
    this.#timer = setInterval(() => this.#read(path), interval).unref();
  }

  /**
   * Makes sure that the token is good, or is at least not there, so that it may come.
   *
   * @throws TroubleError when it is there and cannot be used (exit 3)
   */
  requireNoFlaw(): void {
    if (this.#reading?.ok === false && !this.#reading.isAbsent) {
      throw new TroubleError(this.#reading.trouble, { exitCode: 3 });
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#path = undefined;
    this.#reading = undefined;
  }

  #read(path: string): void {
    const [before, now] = [this.#reading, lookAtAdminToken(path)];
    this.#reading = now;
    if (JSON.stringify(before) === JSON.stringify(now)) return;
    if (!now.ok) {
      const trouble = lockedOut(now.trouble, path);
      this.#log.error({ code: trouble.code, cause: now.trouble.code }, `${trouble.message} ${adviceOf(trouble)}`);
      return;
    }
    if (before !== undefined) {
      this.#log.info({ code: "token-taken-over" }, `The admin token is what ${path} says now.`);
    }
    if (now.notice !== undefined) {
      this.#log.warn({ code: now.notice.code }, `${now.notice.message} ${adviceOf(now.notice)}`);
    }
  }
}

/** A pipe, as a shell's `<(...)` makes one, can be read once, and never changes. */
function isHandedOver(path: string): boolean {
  if (path === standardInput) return true;
  const status = statSync(path, { throwIfNoEntry: false });
  return status?.isFIFO() === true;
}

function lockedOut(trouble: Trouble, path: string): Trouble {
  const message = `${trouble.message} Until there is a good one, whatever needs the token is answered with 503.`;
  if (trouble.code !== "token-unreadable") return { ...trouble, code: "no-usable-token", message };
  return { code: "no-usable-token", message, hint: "Let the server read it:", command: `ls -l ${path}` };
}
