/** An invitation as one line: where the team servers are, what opens them once, and the authority that they are known by. */
import { X509Certificate, createHash, randomBytes } from "node:crypto";
import { parsePort } from "../base/text-schema.ts";
import { isLoopback, parseAddress } from "../records/address.ts";
import { authority as placeOf } from "../records/network.ts";

/** One team server as a link names it. */
export interface FollowServer {
  readonly isEncrypted: boolean;
  /** A host name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** What opens a team server: a secret, and whose it is. */
export interface Credential {
  /** Ten hexadecimal digits, which an invitation and the token that it became share. */
  readonly id: string;
  /** 256 bits. */
  readonly secret: string;
}

/** A link, with or without what only an invitation has. */
export interface FollowLink {
  readonly servers: readonly FollowServer[];
  readonly invitation?:
    | {
        readonly credential: Credential;
        /** The only authorities that may have signed a server's certificate (PEM); the system's when undefined. */
        readonly authority: string | undefined;
      }
    | undefined;
}

/** Servers of one link. */
const mostServers = 16;

/** Characters of an invitation, which people paste as one line. */
export const longestInvitation = 8000;

/** Makes a credential; for an invitation without an id. */
export function makeCredential(id: string = randomBytes(5).toString("hex")): Credential {
  return { id, secret: randomBytes(32).toString("base64url") };
}

/** Writes a credential as it is shown to a server (RFC 6750). */
export function formatCredential({ id, secret }: Credential): string {
  return `${id}.${secret}`;
}

/** Reads a credential; undefined for anything else. */
export function parseCredential(text: string): Credential | undefined {
  const [, id, secret] = /^([0-9a-f]{10})\.([\w-]{43})$/.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** What is kept of a secret, from which nobody can find it out: it is 256 bits of chance. */
export function hashOfSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

/** Whether a link is one to team servers, and not to an etcd. */
export function isFollowURL(url: string): boolean {
  return /^https?:\/\//.test(url);
}

/** Reads `https://HOST[:PORT][,https://HOST[:PORT]...][/#INVITATION]`; undefined for anything else. */
export function parseFollowLink(text: string): FollowLink | undefined {
  if (text.length > longestInvitation) return undefined;
  const [places = "", fragment] = text.split("#", 2);
  const servers = places.split(",").map(parseServer);
  const known = servers.filter((server) => server !== undefined);
  if (known.length < servers.length || known.length > mostServers) return undefined;
  if (fragment === undefined || fragment === "") return { servers: known };
  const [id = "", secret = "", ...authorities] = fragment.split(".");
  const credential = parseCredential(`${id}.${secret}`);
  const texts = authorities.map(readCertificate);
  if (credential === undefined || texts.includes(undefined)) return undefined;
  return { servers: known, invitation: { credential, authority: texts.length === 0 ? undefined : texts.join("") } };
}

/** Writes the servers of a link, as in `https://t1.example.com:5443,https://t2.example.com:5443`. */
export function formatServers(servers: readonly FollowServer[]): string {
  return servers.map(formatServer).join(",");
}

/** Writes one server, as in `https://t1.example.com:5443`. */
export function formatServer({ isEncrypted, host, port }: FollowServer): string {
  return `${isEncrypted ? "https" : "http"}://${placeOf(host, port)}`;
}

/**
 * Writes an invitation.
 *
 * @throws Error when an authority is not a certificate
 */
export function formatInvitation({ servers, invitation }: Required<FollowLink>): string {
  if (invitation === undefined) throw new TypeError("a link without an invitation");
  const { credential, authority } = invitation;
  const authorities = certificatesIn(authority ?? "").map((text) =>
    new X509Certificate(text).raw.toString("base64url"),
  );
  return `${formatServers(servers)}/#${[formatCredential(credential), ...authorities].join(".")}`;
}

/** The certificates of a PEM text, one each. */
export function certificatesIn(pem: string): readonly string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
}

/** Whether what is sent to a server can be read on the way by others than this machine. */
export function isExposed({ isEncrypted, host }: FollowServer): boolean {
  const address = parseAddress(host);
  const isOwn = host === "localhost" || (address !== undefined && isLoopback(address));
  return !isEncrypted && !isOwn;
}

/** DER in base64url to PEM. */
function readCertificate(text: string): string | undefined {
  try {
    return new X509Certificate(Buffer.from(text, "base64url")).toString();
  } catch {
    return undefined;
  }
}

function parseServer(text: string): FollowServer | undefined {
  const [, scheme, bracketed, plain, digits] =
    /^(https?):\/\/(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?))(?::(\d{1,5}))?\/?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const isEncrypted = scheme?.toLowerCase() === "https";
  const port = digits === undefined ? (isEncrypted ? 443 : 80) : parsePort(digits, 1);
  return host === undefined || port === undefined ? undefined : { isEncrypted, host: host.toLowerCase(), port };
}
