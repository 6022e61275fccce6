/** DNS names as sources send them, in their one canonical spelling, and host names: the only place that decides what a name is. */
import ipaddr from "ipaddr.js";

declare const brand: unique symbol;
declare const spelling: unique symbol;
declare const host: unique symbol;

/** A DNS name, lower case, without trailing dot, that passed {@link parseDNSName}. */
export type DNSName = string & { readonly [brand]: "DNSName" };

/**
 * A DNS name in A-labels (RFC 5890), so that a name has one spelling: lower-case ASCII. It may be a wildcard or have
 * underscores. It passed {@link toALabels}.
 */
export type ALabelName = DNSName & { readonly [spelling]: "A-labels" };

/** The name of a host: letters, digits and hyphens in each label (RFC 1123 section 2.1). It passed {@link parseHostName}. */
export type HostName = ALabelName & { readonly [host]: true };

const maximumNameOctets = 253;
const maximumLabelOctets = 63;
const asciiName = /^[\x21-\x7e]*$/;
const forbidden = /[\s#\p{Cc}\p{Cf}\p{Z}\p{Cs}]/u;
/** Almost every name is this, and one look is far quicker than one at each label. */
const plainName = /^(?=.{1,253}$)[a-z0-9*_-]{1,63}(?:\.[a-z0-9*_-]{1,63})*$/;
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
 *   over 253 octets (RFC 1035 section 2.3.4), or it holds a control or formatting character, a space or `#`
 */
export function parseDNSName(text: string): DNSName | undefined {
  const name = canonicalName(text);
  if (plainName.test(name)) return name as DNSName;
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
 * Spells a DNS name in A-labels. Wildcards, underscores and every other ASCII character stay as they are.
 *
 * @param name - a DNS name
 * @returns undefined when a label that is not ASCII has no A-label, or the name becomes too long
 */
export function toALabels(name: DNSName): ALabelName | undefined {
  if (asciiName.test(name)) return name as ALabelName;
  const labels = name.split(".").map(toALabel);
  const text = labels.join(".");
  return labels.includes(undefined) || text.length > maximumNameOctets ? undefined : (text as ALabelName);
}

/**
 * Reads a name that every resolver takes for the name of a host.
 *
 * @param text - the name in any case, with or without trailing dot; labels that are not ASCII become A-labels (RFC 5890)
 * @returns undefined for wildcards, underscores, labels that begin or end with a hyphen (RFC 952, RFC 1123 section 2.1),
 *   and names that a resolver would read as an address
 */
export function parseHostName(text: string): HostName | undefined {
  const name = parseDNSName(text);
  const spelled = name && toALabels(name);
  return spelled !== undefined && isHostName(spelled) ? spelled : undefined;
}

/** Whether a name in A-labels is the name of a host; see {@link parseHostName}. */
export function isHostName(name: ALabelName): name is HostName {
  return hostLabels.test(name) && !numericLastLabel.test(name) && !isHexadecimalAddress(name);
}

/** For a text that is not an address, ipaddr.js makes an error with its stack, which takes longer than all the rest. */
function isHexadecimalAddress(name: string): boolean {
  return hexadecimalLastLabel.test(name) && ipaddr.isValid(name);
}

/** What follows a label while it is converted, so that digits alone are not read as an address. */
const suffix = ".a";

/**
 * Spells one label as an A-label; one that is ASCII stays as it is. The WHATWG URL parser holds the only IDNA
 * implementation that needs no import, and it must see letters and digits alone.
 *
 * @returns undefined when the label has no A-label
 */
export function toALabel(label: string): string | undefined {
  if (asciiName.test(label)) return label;
  if (!/^[\p{L}\p{M}\p{N}\p{Join_Control}-]+$/u.test(label)) return undefined;
  const converted = URL.parse(`http://${label}${suffix}/`)?.hostname.slice(0, -suffix.length);
  return converted === undefined || converted.length > maximumLabelOctets ? undefined : converted;
}
