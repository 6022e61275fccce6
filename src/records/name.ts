/** DNS names as ExternalDNS sends them and host names as a hosts file can hold them: the only place that decides what a name is. */
import ipaddr from "ipaddr.js";

declare const brand: unique symbol;

/** A DNS name, lower case, without trailing dot, that passed {@link parseDNSName}. */
export type DNSName = string & { readonly [brand]: "DNSName" };

/** A name that may stand in a hosts file: lower-case ASCII letters, digits and hyphens. It passed {@link toHostName}. */
export type HostName = string & { readonly [brand]: "HostName" };

const maximumNameOctets = 253;
const maximumLabelOctets = 63;
const asciiName = /^[\x21-\x7e]*$/;
const forbidden = /[\s#\p{Cc}\p{Cf}\p{Z}\p{Cs}]/u;
const hostLabels = /^(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/;
const numericLastLabel = /(?:^|\.)[0-9]+$/;
/** The only other end of an address that is made of letters, digits and hyphens (inet_aton(3)). */
const hexadecimalLastLabel = /(?:^|\.)0x[0-9a-f]+$/;

function octets(text: string): number {
  return asciiName.test(text) ? text.length : new TextEncoder().encode(text).length;
}

/**
 * Reads a DNS name leniently, so that ownership records, wildcards and underscores pass.
 *
 * @param text - the name as it came, in any case, with or without trailing dot
 * @returns the name in lower case without trailing dot, or undefined when a label is not 1 to 63 octets, the whole is
 *   over 253 octets (RFC 1035 section 2.3.4), or a control or formatting character, a space or `#` stands in it
 */
export function parseDNSName(text: string): DNSName | undefined {
  const name = canonicalName(text);
  if (name === "" || forbidden.test(name) || octets(name) > maximumNameOctets) return undefined;
  const labelsFit = name.split(".").every((label) => label !== "" && octets(label) <= maximumLabelOctets);
  return labelsFit ? (name as DNSName) : undefined;
}

/**
 * The spelling under which a name is compared: lower case, without trailing dot (ExternalDNS plan/plan.go
 * `normalizeDNSName`). It does not say whether the name is valid.
 *
 * @param text - any text
 */
export function canonicalName(text: string): string {
  const lower = text.toLowerCase();
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}

/**
 * Turns a DNS name into the form that every resolver finds in a hosts file.
 *
 * @param name - a DNS name; labels that are not ASCII are converted to A-labels (RFC 5890)
 * @returns the host name, or undefined for wildcards, underscores, labels that begin or end with a hyphen
 *   (RFC 952, RFC 1123 section 2.1), and names that a resolver would read as an address
 */
export function toHostName(name: DNSName): HostName | undefined {
  const ascii = asciiName.test(name) ? name : toASCII(name);
  if (ascii === undefined || ascii.length > maximumNameOctets || !hostLabels.test(ascii)) return undefined;
  return numericLastLabel.test(ascii) || isHexadecimalAddress(ascii) ? undefined : (ascii as HostName);
}

/** For whatever is no address ipaddr.js makes an error with its stack, which takes longer than all the rest. */
function isHexadecimalAddress(name: string): boolean {
  return hexadecimalLastLabel.test(name) && ipaddr.isValid(name);
}

/** The WHATWG URL parser holds the only IDNA implementation that needs no import; it must see letters and dots alone. */
function toASCII(name: string): string | undefined {
  if (!/^[\p{L}\p{M}\p{N}\p{Join_Control}.-]+$/u.test(name)) return undefined;
  return URL.parse(`http://${name}/`)?.hostname;
}
