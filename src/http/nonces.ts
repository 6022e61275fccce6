/** The server's nonces: made without being remembered, so that nobody can fill the memory by asking, and good once. */
import { createHmac, randomBytes } from "node:crypto";
import { isSame } from "../contract/token.ts";

/** Milliseconds for which a nonce is good. */
export const nonceLife = 60_000;

/** Nonces that were used and are not too old yet. Only holders of the admin token can use any. */
const mostUsed = 10_000;

export class ServerNonces {
  /** Another process knows none of these nonces. */
  readonly #secret = randomBytes(32);
  readonly #now: () => number;
  /** Each with the time until which it must be remembered; the oldest first. */
  readonly #used = new Map<string, number>();

  /** @param now - milliseconds of a clock that is never set */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Makes a nonce for a client's. */
  make(client: string): string {
    const made = `${Math.floor(this.#now()).toString(36)}~${randomBytes(12).toString("base64url")}`;
    return `${made}~${this.#seal(made, client)}`;
  }

  /** Whether this nonce was made here for the client's, not long ago. */
  isGood(server: string, client: string): boolean {
    const [time = "", random = "", seal = ""] = server.split("~");
    if (!isSame(seal, this.#seal(`${time}~${random}`, client))) return false;
    return this.#now() - Number.parseInt(time, 36) < nonceLife && !this.#used.has(server);
  }

  /**
   * Uses up a nonce that is good.
   *
   * @returns whether that was possible: not while too many are remembered
   */
  use(server: string): boolean {
    const now = this.#now();
    for (const [nonce, until] of this.#used) {
      if (until > now) break;
      this.#used.delete(nonce);
    }
    if (this.#used.size >= mostUsed) return false;
    this.#used.set(server, now + nonceLife);
    return true;
  }

  #seal(made: string, client: string): string {
    return createHmac("sha256", this.#secret)
      .update(JSON.stringify([made, client]))
      .digest("base64url");
  }
}
