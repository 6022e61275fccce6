/** An invitation and the desktop that it became, as one value of etcd; pure. */
import { isJSONObject, parseJSON } from "../../base/json.ts";
import { type ManagedDomain, isWithin, outermost, parseManagedDomain } from "../../records/managed-domain.ts";

/** Times are as in `2026-11-29T12:00:00.000Z`, so that they compare as texts. */
export interface Desktop {
  /** The hash of the invitation's secret. */
  readonly invitation: string;
  /** The only domains whose names it may read; all of the team where empty. */
  readonly domains: readonly ManagedDomain[];
  /** When it was invited. */
  readonly at: string;
  /** When the invitation ends. */
  readonly expires: string;
  /** Once it has joined. */
  readonly joined?: { readonly token: string; readonly desktop: string; readonly at: string } | undefined;
}

export function writeDesktop({ invitation, domains, at, expires, joined }: Desktop): string {
  return JSON.stringify({ invitation, domains, at, expires, joined });
}

/** Undefined for a value that no version of this program writes. */
export function readDesktop(text: string): Desktop | undefined {
  const value = parseJSON(text);
  if (!isJSONObject(value)) return undefined;
  const { invitation, domains, at, expires, joined } = value;
  if (typeof invitation !== "string" || typeof at !== "string" || typeof expires !== "string") return undefined;
  if (!Array.isArray(domains)) return undefined;
  const known = domains.map((each: unknown) => (typeof each === "string" ? parseManagedDomain(each) : undefined));
  const read = known.filter((each) => each !== undefined);
  if (read.length < known.length) return undefined;
  if (joined === undefined) return { invitation, domains: read, at, expires };
  if (!isJSONObject(joined)) return undefined;
  const { token, desktop, at: since } = joined;
  if (typeof token !== "string" || typeof desktop !== "string" || typeof since !== "string") return undefined;
  return { invitation, domains: read, at, expires, joined: { token, desktop, at: since } };
}

/** Where desktops find the team servers, and the authority of their certificates (PEM) unless the system knows it. */
export interface Addresses {
  readonly servers: string;
  readonly authority?: string | undefined;
}

export function writeAddresses({ servers, authority }: Addresses): string {
  return JSON.stringify({ servers, authority });
}

export function readAddresses(text: string): Addresses | undefined {
  const value = parseJSON(text);
  if (!isJSONObject(value) || typeof value["servers"] !== "string") return undefined;
  const { servers, authority } = value;
  return { servers, authority: typeof authority === "string" ? authority : undefined };
}

/**
 * The domains of which a desktop gets the names: those that it wants, as far as it may have them.
 *
 * @param allowed - all where empty
 * @param wanted - all that it may have where empty
 * @returns all of the team where empty, none where undefined
 */
export function domainsToRead(
  allowed: readonly ManagedDomain[],
  wanted: readonly ManagedDomain[],
): readonly ManagedDomain[] | undefined {
  if (allowed.length === 0) return outermost(wanted).toSorted();
  if (wanted.length === 0) return outermost(allowed).toSorted();
  const both = wanted.flatMap((domain) =>
    allowed.flatMap((other) => (isWithin(domain, other) ? [domain] : isWithin(other, domain) ? [other] : [])),
  );
  return both.length === 0 ? undefined : outermost(both).toSorted();
}
