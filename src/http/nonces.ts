/** The server's nonces: made without being remembered, so that nobody can fill the memory by asking, and good once. */
import { createHmac, randomBytes } from "node:crypto";
import { isSame } from "../contract/token.ts";
import type { UserName } from "../records/user.ts";

/** Milliseconds for which a nonce is good. */
export const nonceLife = 60_000;

/**
 * Nonces of one holder of a token that were used and are not too old yet: a thousand requests a second, as a watcher may
 * make under a storm of changes. Only holders can use any, and none can use up another's.
 */
export const mostUsed = 60_000;

export class ServerNonces {
  /** Another process knows none of these nonces. */
  readonly #secret = randomBytes(32);
  readonly #now: () => number;
  /** By holder; each with the time until which it must be remembered, the oldest first. */
  readonly #used = new Map<string, Map<string, number>>();

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
    const isUsed = this.#used.values().some((used) => used.has(server));
    return this.#now() - Number.parseInt(time, 36) < nonceLife && !isUsed;
  }

  /**
   * Uses up a nonce that is good.
   *
   * @param user - whose watch token was proven; undefined for the admin token
   * @returns whether that was possible: not while too many of this holder are remembered
   */
  use(server: string, user?: UserName): boolean {
    const holder = user ?? "";
    const used = this.#used.get(holder) ?? new Map<string, number>();
    this.#used.set(holder, used);
    const now = this.#now();
    for (const [nonce, until] of used) {
      if (until > now) break;
      used.delete(nonce);
    }
    if (used.size >= mostUsed) return false;
    used.set(server, now + nonceLife);
    return true;
  }

  #seal(made: string, client: string): string {
    return createHmac("sha256", this.#secret)
      .update(JSON.stringify([made, client]))
      .digest("base64url");
  }
}
