/** How a browser gets to read where a token is set: a link that works once becomes a session, which its cookie names. */
import { randomBytes } from "node:crypto";
import { type AdminToken, isSame } from "../contract/token.ts";

interface SessionsOptions {
  /** Once the token changes, sessions that links with the old one began are over. */
  readonly adminToken: () => AdminToken;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Seconds for which a link works. */
export const linkLife = 60;

/** Seconds for which a session lasts: a working day. */
export const sessionLife = 12 * 3600;

/** Links, and sessions, at one time; a new one ends the oldest. */
const most = 16;

interface Secret {
  readonly text: string;
  readonly adminToken: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Everything is in memory alone, so a restart ends every session. */
export class Sessions {
  readonly #options: SessionsOptions;
  #links: readonly Secret[] = [];
  #sessions: readonly Secret[] = [];

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Makes the secret of a link. */
  makeLink(): string {
    const link = this.#make(linkLife);
    this.#links = [...this.#valid(this.#links), link].slice(-most);
    return link.text;
  }

  /**
   * Ends a link and begins a session.
   *
   * @returns the session's secret; undefined when there is no such link, or it has expired
   */
  begin(link: string): string | undefined {
    const valid = this.#valid(this.#links);
    this.#links = valid.filter(({ text }) => !isSame(text, link));
    if (this.#links.length === valid.length) return undefined;
    const session = this.#make(sessionLife);
    this.#sessions = [...this.#valid(this.#sessions), session].slice(-most);
    return session.text;
  }

  /** Whether a session has this secret. */
  has(secret: string | undefined): boolean {
    return secret !== undefined && this.#valid(this.#sessions).some(({ text }) => isSame(text, secret));
  }

  #make(seconds: number): Secret {
    const { adminToken, now } = this.#options;
    return {
      text: randomBytes(32).toString("base64url"),
      adminToken: textOf(adminToken()) ?? "",
      until: now() + seconds * 1000,
    };
  }

  #valid(secrets: readonly Secret[]): readonly Secret[] {
    const [token, now] = [textOf(this.#options.adminToken()), this.#options.now()];
    return secrets.filter(({ adminToken, until }) => now < until && adminToken === token);
  }
}

/** Undefined while no token can be used: then nobody has a session. */
function textOf(held: AdminToken): string | undefined {
  if (held.kind === "unusable") return undefined;
  return held.kind === "known" ? held.token : "";
}
