/** Signs of a browser, which must never drive or read the server for another site's page. */

/** The headers of a request that a page's own code cannot set or hide (Fetch standard, forbidden request-headers). */
interface BrowserHeaders {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site` (Fetch Metadata): same-origin, same-site, cross-site, or none when the user typed the address. */
  readonly site: string | undefined;
  /** Whether any `Sec-Fetch-…` header is there. */
  readonly hasFetchMetadata: boolean;
}

/** Takes the headers that count from a request. */
export function browserHeaders(headers: Headers): BrowserHeaders {
  return {
    host: headers.get("host") ?? undefined,
    origin: headers.get("origin") ?? undefined,
    site: headers.get("sec-fetch-site") ?? undefined,
    hasFetchMetadata: ["site", "mode", "dest", "user", "storage-access"].some((name) =>
      headers.has(`sec-fetch-${name}`),
    ),
  };
}

/** Whether a browser sent the request: ExternalDNS and curl send none of these headers. */
export function isFromBrowser({ origin, hasFetchMetadata }: BrowserHeaders): boolean {
  return origin !== undefined || hasFetchMetadata;
}

/** Whether a page of another origin sent the request; another port of the same host is another origin. */
export function isCrossOrigin({ host, origin, site, hasFetchMetadata }: BrowserHeaders): boolean {
  if (origin !== undefined && origin !== `http://${host?.toLowerCase()}`) return true;
  return hasFetchMetadata && site !== "same-origin" && site !== "none";
}

/**
 * Writes an IPv6 address in `Host` as URLs write it (RFC 5952), so that every spelling of it is taken for the same:
 * `[::ffff:192.0.2.1]` becomes `[::ffff:c000:201]`. Anything else stays as it is.
 */
export function spellAsURL(host: string): string {
  return host.startsWith("[") && URL.canParse(`http://${host}`) ? new URL(`http://${host}`).host : host;
}

/** Domains that nobody on the internet can own, so that no foreign page can have a name in them (RFC 6761, 6762, 8375). */
const privateSuffixes = [".internal", ".local", ".lan", ".home.arpa", ".localhost", ".test"];

/**
 * Whether a request may carry this `Host`. After DNS rebinding a foreign page reaches this server under the page's own
 * name, and that is the only thing that gives it away.
 *
 * @param host - the header's value: a name or an address, with or without port
 * @param ownNames - this machine's names, lower case
 */
export function isTrustedHost(host: string | undefined, ownNames: ReadonlySet<string>): boolean {
  const name = (host ?? "")
    .toLowerCase()
    .replace(/:[0-9]*$/, "")
    .replace(/\.$/, "");
  if (name === "") return false;
  if (name.startsWith("[")) return URL.canParse(`http://${name}`) && name.endsWith("]");
  if (/^[0-9]+(?:\.[0-9]+){3}$/.test(name)) return true;
  if (!/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(name)) return false;
  return !name.includes(".") || ownNames.has(name) || privateSuffixes.some((suffix) => name.endsWith(suffix));
}
