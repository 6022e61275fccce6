/** How our own commands and the server prove to each other that they know a token, while neither sends it. */
import { createHash, createHmac } from "node:crypto";
import { parseCaller } from "../records/caller.ts";
import { authority } from "../records/network.ts";
import { type UserName, parseUserName } from "../records/user.ts";

/** Where a command asks for the server's proof; its own nonce is the query `nonce`, the user of a watch token `user`. */
export const challengePath = "/challenge";

/** The scheme of the header `Authorization` (RFC 9110 section 11.6.2) under which a command shows its proof. */
const proofScheme = "HostsfileServerProof";

/** The header of an answer with the server's proof that the answer is its own. */
export const answerHeader = "hostsfile-server-proof";

/** One from each side, so that nothing that was proven before proves anything again. */
export interface Nonces {
  readonly client: string;
  readonly server: string;
}

/** What a request says, as both sides see it. */
interface ProvenContent {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Of the body, as {@link digestOf} makes it. */
  readonly digest: string;
}

/** What follows the scheme in `Authorization`. */
interface RequestProof {
  readonly nonces: Nonces;
  readonly digest: string;
  readonly proof: string;
  /** Whose watch token it is about; undefined for the admin token. */
  readonly user?: UserName | undefined;
}

/**
 * The server's proof, which says too at which address it was called: what passes a challenge on to the real server from
 * another address or port is found out before it gets anything.
 *
 * @param at - as {@link placeText} has it
 */
export function proveServer(token: string, nonces: Nonces, at: string): string {
  return prove(token, ["server", nonces.client, nonces.server, at]);
}

/** The command's proof, which is good for this one request at this address. */
export function proveRequest(token: string, nonces: Nonces, content: ProvenContent & { at: string }): string {
  const { at, method, target, digest } = content;
  return prove(token, ["request", nonces.client, nonces.server, at, method, target, digest]);
}

/** The server's proof that this is its answer to the request with these nonces. */
export function proveAnswer(
  token: string,
  nonces: Nonces,
  answer: { readonly status: number; readonly digest: string },
): string {
  return prove(token, ["answer", nonces.client, nonces.server, String(answer.status), answer.digest]);
}

/** HMAC-SHA-256 under a key of its own: its label can be no cluster's name and no user's, so no other token is that key. */
function prove(token: string, parts: readonly string[]): string {
  const key = createHmac("sha256", token).update("admin token proof 1").digest();
  return createHmac("sha256", key).update(JSON.stringify(parts)).digest("base64url");
}

/** SHA-256 of a body, in base64url. */
export function digestOf(body: string | Uint8Array): string {
  return createHash("sha256").update(body).digest("base64url");
}

/** An end of a connection as text that both ends agree on: IPv4 inside IPv6 is IPv4, and there is no zone. */
export function placeText(address: string | undefined, port: number | undefined): string {
  const caller = parseCaller(address);
  return caller === undefined || port === undefined ? "" : authority(caller.text.replace(/%.*/, ""), port);
}

/** Whether a text may be a nonce or a digest. */
export function isNonce(text: string): boolean {
  return /^[\w~-]{16,128}$/.test(text);
}

/** Writes the header `Authorization`. */
export function formatRequestProof({ nonces, digest, proof, user }: RequestProof): string {
  const parts = [nonces.client, nonces.server, digest, proof, ...(user === undefined ? [] : [user])];
  return `${proofScheme} ${parts.join(".")}`;
}

/** Reads the header `Authorization`; undefined for what is not a proof. */
export function readRequestProof(authorization: string | undefined): RequestProof | undefined {
  const [scheme, value = "", ...others] = authorization?.split(" ") ?? [];
  // The name of a user may have dots.
  const [client = "", server = "", digest = "", proof = "", ...name] = value.split(".");
  const user = parseUserName(name.join("."));
  const isWhole = others.length === 0 && [client, server, digest, proof].every(isNonce);
  if (scheme !== proofScheme || !isWhole || (name.length > 0 && user === undefined)) return undefined;
  return { nonces: { client, server }, digest, proof, user };
}
