/** Whether an API server is on this desktop: at an address of this machine, or on a network that leads to its own containers and virtual machines alone. */
import { lookup } from "node:dns/promises";
import { parseCaller } from "../../records/caller.ts";
import { type NetworkSource, isInNetwork, networkOf } from "../../records/network.ts";

/** Names that no public DNS server is asked for. */
const localName = /^[^.]+$|\.(?:localhost|local|internal|test)$/;

type Lookup = (name: string) => Promise<readonly string[]>;

const systemLookup: Lookup = async (name) => {
  const found = await lookup(name, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
};

/**
 * Says whether a host is local. This asks nobody but this machine's own resolver, and only about names that lead to
 * something near.
 *
 * @param host - of a URL, IPv6 with or without brackets
 */
export async function isLocalHost(
  host: string,
  networks: NetworkSource,
  lookUp: Lookup = systemLookup,
): Promise<boolean> {
  const bare = host.replaceAll(/^\[|\]$/g, "").toLowerCase();
  const isAddress = parseCaller(bare) !== undefined;
  if (!isAddress && !localName.test(bare)) return false;
  const addresses = isAddress ? [bare] : await lookUp(bare);
  return addresses.length > 0 && addresses.every((address) => isLocalAddress(address, networks));
}

function isLocalAddress(text: string, networks: NetworkSource): boolean {
  const caller = parseCaller(text);
  if (caller === undefined) return false;
  if (caller.address.range() === "loopback") return true;
  const interfaces = networks.interfaces();
  const inner = networks.inner(interfaces, Date.now());
  return interfaces.some((each) => {
    const isOwn = parseCaller(each.address)?.text === caller.text;
    return isOwn || (inner.has(each.interfaceName) && isInNetwork(caller, networkOf(each)));
  });
}
