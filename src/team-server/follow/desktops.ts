/** Who a desktop is: by its token, or by an invitation, which becomes a token once. */
import { formatTime } from "../../base/age.ts";
import { isSame } from "../../contract/token.ts";
import { type Credential, hashOfSecret, parseCredential } from "../../contract/invitation.ts";
import type { EtcdClient } from "../../etcd/client.ts";
import type { ManagedDomain } from "../../records/managed-domain.ts";
import type { Follower } from "../follower.ts";
import { type Desktop, readDesktop, writeDesktop } from "../plan/desktop.ts";
import { desktopKey, metaKey } from "../plan/keys.ts";
import { type Refusal, badRequest, expiredInvitation, notNow, unknownToken, usedInvitation } from "./answers.ts";

interface Options {
  readonly client: EtcdClient;
  readonly follower: Follower;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Somebody who may read. */
export interface Reader {
  readonly id: string;
  /** All where empty. */
  readonly domains: readonly ManagedDomain[];
}

/** Times that an exchange may be overtaken by another. */
const mostAttempts = 4;

/** Questions to etcd at a time on behalf of those whom nobody knows here yet: strangers must not keep it busy. */
const mostQuestions = 8;

export class Desktops {
  readonly #options: Options;
  #questions = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Says who shows a token, or an invitation that nobody has used. */
  async identify(authorization: string | undefined): Promise<Reader | Refusal> {
    const credential = credentialIn(authorization);
    if (credential === undefined) return unknownToken;
    const known = this.#options.follower.store?.desktops.get(credential.id);
    const verdict = this.#judge(known, credential);
    // It may have joined at another server a moment ago.
    if (!("status" in verdict) || verdict.status !== 401 || known?.joined !== undefined) return verdict;
    if (this.#questions >= mostQuestions) return notNow("Too many desktops come at once that are not known here yet.");
    this.#questions += 1;
    try {
      const read = await this.#options.client.get(desktopKey(credential.id));
      if (!read.ok) return notNow(read.failure.trouble.message);
      return this.#judge(readItem(read.value.item?.value), credential);
    } finally {
      this.#questions -= 1;
    }
  }

  /**
   * Exchanges an invitation for the token that the desktop made. The same again is answered as before, so that a desktop
   * that heard no answer asks any server again.
   */
  async join(
    authorization: string | undefined,
    { token, desktop }: { readonly token: string; readonly desktop: string },
  ): Promise<Reader | Refusal> {
    const credential = credentialIn(authorization);
    const own = parseCredential(token);
    if (credential === undefined) return unknownToken;
    if (own?.id !== credential.id) return badRequest;
    const { client, follower, now } = this.#options;
    const key = desktopKey(credential.id);
    const tokenHash = hashOfSecret(own.secret);
    let message = "";
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const metaRevision = follower.store?.metaRevision;
      const read = await client.get(key);
      if (!read.ok || metaRevision === undefined) return notNow(read.ok ? "" : read.failure.trouble.message);
      const { item } = read.value;
      const known = readItem(item?.value);
      if (known?.joined !== undefined && isSame(known.joined.token, tokenHash)) return readerOf(credential, known);
      const verdict = this.#judge(known, credential);
      if ("status" in verdict || known === undefined || item === undefined)
        return "status" in verdict ? verdict : unknownToken;
      const joined = { token: tokenHash, desktop, at: formatTime(now()) };
      const outcome = await client.commit({
        compares: [
          { key: metaKey, modRevision: metaRevision },
          { key, modRevision: item.modRevision },
        ],
        puts: [{ key, value: writeDesktop({ ...known, joined }) }],
        deletes: [],
      });
      if (outcome.kind === "done") return verdict;
      // Somebody was faster, or nobody knows: what is there now says it.
      if (outcome.kind !== "lost") message = outcome.failure.trouble.message;
      if (outcome.kind === "refused") break;
    }
    return notNow(message === "" ? "The invitation changed again and again." : message);
  }

  #judge(known: Desktop | undefined, credential: Credential): Reader | Refusal {
    if (known === undefined) return unknownToken;
    const hash = hashOfSecret(credential.secret);
    const { joined } = known;
    if (joined !== undefined && isSame(joined.token, hash)) return readerOf(credential, known);
    if (!isSame(known.invitation, hash)) return unknownToken;
    if (joined !== undefined) return usedInvitation(joined);
    const isOver = known.expires < formatTime(this.#options.now());
    return isOver ? expiredInvitation(known) : readerOf(credential, known);
  }
}

function readerOf({ id }: Credential, { domains }: Desktop): Reader {
  return { id, domains };
}

function readItem(value: Buffer | undefined): Desktop | undefined {
  return value && readDesktop(value.toString());
}

function credentialIn(authorization: string | undefined): Credential | undefined {
  const [, token] = /^Bearer ([\w.-]{1,100})$/i.exec(authorization ?? "") ?? [];
  return token === undefined ? undefined : parseCredential(token);
}
