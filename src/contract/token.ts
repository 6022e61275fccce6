/** Tokens: one admin token that opens everything, and from it one for each cluster's webhook and one for each user's watcher. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { ClusterName } from "../records/cluster.ts";
import { type UserName, parseUserName } from "../records/user.ts";
import type { Trouble } from "../base/trouble.ts";

/**
 * The admin token as the server has it. One that was asked for and cannot be used lets nobody in: it is never as if
 * there were none.
 */
export type AdminToken =
  | { readonly kind: "none" }
  | { readonly kind: "known"; readonly token: string; readonly notice?: Trouble | undefined }
  | { readonly kind: "unusable"; readonly trouble: Trouble };

/** What a request's credentials open: nothing was shown, nothing fits, one cluster's webhook, what one user's watcher may, or everything. */
export type Credential = "none" | "wrong" | "webhook" | "watch" | "admin";

/**
 * Derives the token that a cluster's ExternalDNS shows: HMAC-SHA-256 (RFC 2104) over the cluster's name in base64url
 * (RFC 4648 section 5), whose characters need no escape in a URL's user info.
 */
export function webhookToken(adminToken: string, cluster: ClusterName): string {
  return createHmac("sha256", adminToken).update(cluster).digest("base64url");
}

/**
 * Derives the token of a user's watcher, as in `watch/dev/MAC`: HMAC-SHA-256 over what comes before it. The name of a
 * cluster has no slash, so no webhook token is the same.
 */
export function watchToken(adminToken: string, user: UserName): string {
  const whose = `watch/${user}`;
  return `${whose}/${createHmac("sha256", adminToken).update(whose).digest("base64url")}`;
}

/** Whose watcher a token is for; undefined for a token of another kind. */
export function userOfToken(token: string): UserName | undefined {
  const [, user] = /^watch\/([^/]+)\/[\w-]{43}$/.exec(token) ?? [];
  return user === undefined ? undefined : parseUserName(user);
}

/**
 * Says what the credentials of a request open.
 *
 * @param options - the admin token, the value of the header `Authorization`, and the cluster and the user that the request
 *   is about
 */
export function judgeCredential(options: {
  readonly adminToken: string;
  readonly authorization: string | undefined;
  readonly cluster: ClusterName | undefined;
  readonly user: UserName | undefined;
}): Credential {
  const { adminToken, authorization, cluster, user } = options;
  if (authorization === undefined) return "none";
  const shown = readSecret(authorization);
  if (shown === undefined) return "wrong";
  if (isSame(shown, adminToken)) return "admin";
  if (user !== undefined && isSame(shown, watchToken(adminToken, user))) return "watch";
  return cluster !== undefined && isSame(shown, webhookToken(adminToken, cluster)) ? "webhook" : "wrong";
}

/** Basic (RFC 7617) carries the token as password, whatever the user; Bearer (RFC 6750) as it is. */
function readSecret(authorization: string): string | undefined {
  const [scheme = "", value = ""] = authorization.trim().split(/ +/);
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() !== "basic") return undefined;
  const pair = Buffer.from(value, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return colon === -1 ? undefined : pair.slice(colon + 1);
}

/** Whether two secrets are the same. Hashed first, so that neither content nor length shows in the time that it takes. */
export function isSame(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
