/** Networks: written as `192.0.2.0/24`, and those that this machine is on right now. */
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
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
  /** Zeros for tunnels, which lead elsewhere and never to a machine on this desktop. */
  readonly mac: string;
}

/** What the operating system says about this machine's networks. */
export interface NetworkSource {
  readonly interfaces: () => readonly InterfaceAddress[];
  /** Names of the interfaces with a default route, or undefined where that cannot be known. */
  readonly defaultRoutes: () => ReadonlySet<string> | undefined;
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
  const most = base.toByteArray().length * 8;
  if (bits !== undefined && !(/^[0-9]{1,3}$/.test(bits) && Number(bits) <= most)) return undefined;
  return unmap({ base, bits: bits === undefined ? most : Number(bits) });
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

/** Host and port as they stand in a URL (RFC 3986 section 3.2). */
export function authority(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The networks of this machine; on other systems than Linux default routes cannot be read. */
export const systemNetworks: NetworkSource = {
  interfaces: () =>
    Object.entries(networkInterfaces()).flatMap(([interfaceName, addresses]) =>
      (addresses ?? []).map(({ address, cidr, mac }) => {
        const bits = Number(cidr?.split("/")[1] ?? Number.NaN);
        return {
          interfaceName,
          address,
          bits: Number.isNaN(bits) ? ipaddr.parse(address).toByteArray().length * 8 : bits,
          mac,
        };
      }),
    ),
  defaultRoutes: () => {
    try {
      return findDefaultRoutes({
        ipv4: readFileSync("/proc/self/net/route", "utf8"),
        ipv6: readProc("/proc/self/net/ipv6_route"),
      });
    } catch {
      return undefined;
    }
  },
};

/** The file is not there when IPv6 is switched off. */
function readProc(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

const upFlag = 0x1;
const rejectFlag = 0x200;

/**
 * Finds the interfaces with a default route. A route for half of all addresses counts too: that is how VPN programs
 * take over the default without replacing it.
 *
 * @param tables - the text of `/proc/self/net/route` and `/proc/self/net/ipv6_route` (proc(5); Linux net/ipv6/route.c)
 */
export function findDefaultRoutes({ ipv4, ipv6 }: { ipv4: string; ipv6: string }): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [name, , , flags, , , , mask] of rows(ipv4)) {
    const isWide = mask === "00000000" || mask === "00000080";
    if (name !== undefined && isWide && isUsable(flags)) names.add(name);
  }
  for (const row of rows(ipv6)) {
    const [name, flags, bits] = [row[9], row[8], Number.parseInt(row[1] ?? "", 16)];
    if (name !== undefined && name !== "lo" && bits <= 1 && isUsable(flags)) names.add(name);
  }
  return names;
}

function rows(table: string): string[][] {
  return table.split("\n").map((line) => line.trim().split(/\s+/));
}

function isUsable(flags: string | undefined): boolean {
  const bits = Number.parseInt(flags ?? "", 16);
  return (bits & upFlag) !== 0 && (bits & rejectFlag) === 0;
}
