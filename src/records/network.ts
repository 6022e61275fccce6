/** Networks: written as `192.0.2.0/24`, and whether an address is in one. */
import ipaddr from "ipaddr.js";
import type { Caller } from "./caller.ts";

export interface Network {
  readonly base: ipaddr.IPv4 | ipaddr.IPv6;
  /** Leading bits that count. */
  readonly bits: number;
  /** Only callers over this interface, for link-local networks, which every interface has. */
  readonly zone?: string | undefined;
}

/** One address of an interface, with the network that it is in. */
export interface InterfaceAddress {
  readonly interfaceName: string;
  readonly address: string;
  readonly bits: number;
  /** The hardware address; zeros for tunnels and loopback. */
  readonly mac: string;
}

/** What the operating system says about this machine's networks. */
export interface NetworkSource {
  readonly interfaces: () => readonly InterfaceAddress[];
  /**
   * Names of those interfaces that lead to nothing but this desktop's own containers and virtual machines.
   *
   * @param now - milliseconds since 1970
   */
  readonly inner: (addresses: readonly InterfaceAddress[], now: number) => ReadonlySet<string>;
}

/**
 * Reads a network or a single address.
 *
 * @param text - for example `192.0.2.0/24`, `fd00::/8` or `192.0.2.7`
 */
export function parseNetwork(text: string): Network | undefined {
  const [address = "", bits, ...rest] = text.trim().split("/");
  const isStrict = address.includes(":") ? ipaddr.IPv6.isValid(address) : ipaddr.IPv4.isValidFourPartDecimal(address);
  if (!isStrict || rest.length > 0 || address.includes("%")) return undefined;
  const base = ipaddr.parse(address);
  const maxBits = base.toByteArray().length * 8;
  if (bits !== undefined && !(/^[0-9]{1,3}$/.test(bits) && Number(bits) <= maxBits)) return undefined;
  return unmap({ base, bits: bits === undefined ? maxBits : Number(bits) });
}

/** The network as text, in the way that `--allow` takes it. */
export function formatNetwork({ base, bits }: Network): string {
  const network = base instanceof ipaddr.IPv4 ? ipaddr.IPv4 : ipaddr.IPv6;
  const first = network.networkAddressFromCIDR(`${base.toString()}/${bits}`);
  return `${first instanceof ipaddr.IPv6 ? first.toRFC5952String() : first.toString()}/${bits}`;
}

/** Says whether a caller is in a network. */
export function isInNetwork({ address, zone }: Pick<Caller, "address" | "zone">, network: Network): boolean {
  if (address.kind() !== network.base.kind()) return false;
  if (network.zone !== undefined && network.zone !== zone) return false;
  return address.match([network.base, network.bits] as [ipaddr.IPv4, number] & [ipaddr.IPv6, number]);
}

function unmap(network: Network): Network {
  const { base, bits } = network;
  if (!(base instanceof ipaddr.IPv6) || !base.isIPv4MappedAddress() || bits < 96) return network;
  return { base: base.toIPv4Address(), bits: bits - 96 };
}

/** The network that an address of an interface is in. */
export function networkOf({ interfaceName, address, bits }: InterfaceAddress): Network {
  const base = ipaddr.parse(address);
  return { base, bits, zone: base.range() === "linkLocal" ? interfaceName : undefined };
}

/** Host and port as they are written in a URL (RFC 3986 section 3.2). */
export function authority(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
