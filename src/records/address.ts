/** IP addresses: read strictly, written in one canonical way, and sorted into the kinds that may or may not be shown. */
import ipaddr from "ipaddr.js";

declare const brand: unique symbol;

/** An IPv4 or IPv6 address in canonical text (RFC 5952 for IPv6), without zone. */
export type Address = string & { readonly [brand]: "Address" };

type Family = "IPv4" | "IPv6";

/** What a target of an endpoint is; only `usable` addresses can be shown in target mode `record`. */
type TargetKind = "usable" | "unspecified" | "multicast" | "link-local" | "zoned" | "name";

const octet = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;

/** An IPv4 address in four decimal parts without leading zeros, which is its canonical text too. */
const fourOctets = new RegExp(String.raw`^${octet}(?:\.${octet}){3}$`);

/**
 * Reads an address strictly: four decimal parts for IPv4, no zone for IPv6.
 *
 * @param text - the address, for example `192.168.122.167` or `FD00::1`
 * @returns the canonical address, an IPv4-mapped IPv6 address as its IPv4 address, or undefined
 */
export function parseAddress(text: string): Address | undefined {
  // Every target is read here, often several times: ipaddr.js takes ten times as long, and makes an error for each name.
  if (fourOctets.test(text)) return text as Address;
  if (!text.includes(":") || text.includes("%") || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return (address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toRFC5952String()) as Address;
}

/** Whether an address never leads to another machine (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

/** The family of an address. */
export function familyOf(address: Address): Family {
  return address.includes(":") ? "IPv6" : "IPv4";
}

/** The octets of an address, 4 or 16, as DNS and the network have them. */
export function octetsOf(address: Address): readonly number[] {
  return familyOf(address) === "IPv4" ? address.split(".").map(Number) : ipaddr.IPv6.parse(address).toByteArray();
}

/** Sorts a target of an endpoint into its kind; {@link readTarget} says which address it is, too. */
export function targetKind(target: string): TargetKind {
  return readTarget(target).kind;
}

/** A target with its kind, and its address if it may be shown. */
type Target = { readonly kind: "usable"; readonly address: Address } | { readonly kind: Exclude<TargetKind, "usable"> };

/**
 * Reads a target of an endpoint.
 *
 * @param target - a target as ExternalDNS sent it: an address or a name
 */
export function readTarget(target: string): Target {
  if (target.includes(":") && target.includes("%")) return { kind: "zoned" };
  const address = parseAddress(target);
  if (address === undefined) return { kind: "name" };
  const kind = kindOf(address);
  return kind === "usable" ? { kind, address } : { kind };
}

function kindOf(address: Address): TargetKind {
  const range: string = ipaddr.parse(address).range();
  switch (range) {
    case "unspecified":
      return "unspecified";
    case "multicast":
    case "broadcast":
      return "multicast";
    case "linkLocal":
      return "link-local";
    default:
      return address.startsWith("0.") ? "unspecified" : "usable";
  }
}
