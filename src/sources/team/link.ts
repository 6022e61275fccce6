/** How a team's store is named, read without anything that speaks to it; pure. */
import type { TeamLink } from "../../engine/teams.ts";
import { type EtcdURL, isEncrypted, parseEtcdURL } from "../../etcd/address.ts";
import { usualPath } from "../../records/skydns-key.ts";

/** What a URL of an etcd says, with the path that it means; undefined for any other. */
export function readLink(url: string): EtcdURL | undefined {
  const parsed = parseEtcdURL(url);
  if (parsed === undefined) return undefined;
  const path = parsed.path.replace(/\/+$/, "");
  return { ...parsed, path: path === "" ? usualPath : path };
}

/** Where the layout begins in what a link leads to. */
export function pathOf({ url }: TeamLink): string {
  return readLink(url)?.path ?? usualPath;
}

/** Whether a link is encrypted. */
export function isLinkEncrypted({ authority, identity, isInsecure }: TeamLink, url: EtcdURL): boolean {
  return isEncrypted(url, { hasCertificates: authority !== undefined || identity !== undefined, isInsecure });
}
