/** One request to the server, for every command of ours: both sides prove that they know the token, and neither sends it. */
import { randomBytes } from "node:crypto";
import * as z from "zod/mini";
import { authority } from "../records/network.ts";
import {
  type Nonces,
  answerHeader,
  challengePath,
  digestOf,
  formatRequestProof,
  placeText,
  proveAnswer,
  proveRequest,
  proveServer,
} from "../contract/proof.ts";
import { isSame } from "../contract/token.ts";
import { type HTTPAnswer, type HTTPRequest, sendRequest } from "../base/request.ts";
import type { HeldToken } from "./held-token.ts";
import { parseJSON } from "../base/json.ts";
import { answerUnproven, serverRelayed, serverUnproven } from "./trouble.ts";

interface Exchange extends Pick<HTTPRequest, "port" | "method" | "path" | "body" | "patience"> {
  /** An address (IPv6 without brackets) or a name. */
  readonly host: string;
  readonly token: HeldToken | undefined;
}

export interface Answer extends HTTPAnswer {
  /** Whether the sender proved that it knows the token. */
  readonly isProven: boolean;
}

/** What the server answers to a challenge; nothing of it where it has no token. */
const challengeSchema = z.object({ nonce: z.string(), at: z.string(), proof: z.string() });

/**
 * Sends a request. With a token the server is asked to prove itself first, and what it is sent then is good for this
 * request at this address only; so is the answer. What listens there and does not know the token learns nothing: neither
 * the request nor anything that it could use elsewhere or later.
 *
 * @returns the answer, which is the server's own where it was proven; a refusal may be anybody's
 * @throws TroubleError `server-unproven` or `server-relayed` (exit 3); errors of the connection as {@link sendRequest} does
 */
export async function exchange({ token, ...request }: Exchange): Promise<Answer> {
  if (token === undefined) return sendPlainly(request);
  const url = `http://${authority(request.host, request.port)}`;
  const client = randomBytes(16).toString("base64url");
  const { host, port, patience = defaultPatience } = request;
  const place = { host, port, patience };
  const whose = token.user === undefined ? "" : `&user=${encodeURIComponent(token.user)}`;
  const asked = await sendRequest({ ...place, method: "POST", path: `${challengePath}?nonce=${client}${whose}` });
  const challenge = challengeSchema.safeParse(parseJSON(asked.text));
  if (asked.status !== 200 || !challenge.success) {
    if (!token.isDemanded) return sendPlainly(request);
    // A server of ours that refuses or cannot says why.
    if (asked.status === 403 || asked.status === 503) return { ...asked, isProven: false };
    throw serverUnproven(url, token);
  }
  const { nonce: server, at, proof } = challenge.data;
  const nonces = { client, server };
  if (!isSame(proof, proveServer(token.text, nonces, at))) throw serverUnproven(url, token);
  const called = placeText(asked.from.address, asked.from.port);
  if (at !== called) throw serverRelayed(url, at);
  return sendProven({ ...request, host: asked.from.address ?? host }, { token, nonces, at, url });
}

async function sendPlainly(request: HTTPRequest): Promise<Answer> {
  return { ...(await sendRequest(request)), isProven: false };
}

/** Milliseconds. */
const defaultPatience = 10_000;

async function sendProven(
  request: HTTPRequest,
  known: { readonly token: HeldToken; readonly nonces: Nonces; readonly at: string; readonly url: string },
): Promise<Answer> {
  const { token, nonces, at, url } = known;
  const { method, path, body = "" } = request;
  const { pathname, search } = new URL(path, url);
  const [target, digest] = [pathname + search, digestOf(body)];
  const proof = proveRequest(token.text, nonces, { at, method, target, digest });
  const headers = { authorization: formatRequestProof({ nonces, digest, proof, user: token.user }) };
  const answer = await sendRequest({ ...request, path: target, headers });
  // A refusal without a proof can do no harm, and may say what is wrong.
  if (answer.status >= 400) return { ...answer, isProven: false };
  const expected = proveAnswer(token.text, nonces, { status: answer.status, digest: digestOf(answer.text) });
  if (!isSame(String(answer.headers[answerHeader] ?? ""), expected)) throw answerUnproven(url, token);
  return { ...answer, isProven: true };
}
