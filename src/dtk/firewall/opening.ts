/** What would let the cluster's network through this desktop's firewall. */
import { parseCaller } from "../../records/caller.ts";
import { type InterfaceAddress, formatNetwork, isInNetwork, networkOf } from "../../records/network.ts";
import { systemNetworks } from "../../platform/networks.ts";
import type { Address } from "../../records/address.ts";
import { type Protocol, findFirewall, renderFirewallCommands } from "./firewall.ts";

/** The address of this machine that lies in a network with one of these, if there is one. */
export function findNear(
  addresses: readonly Address[],
  interfaces: readonly InterfaceAddress[] = systemNetworks.interfaces(),
): InterfaceAddress | undefined {
  const callers = addresses.flatMap((address) => parseCaller(address) ?? []);
  return interfaces.find((entry) => callers.some((caller) => isInNetwork(caller, networkOf(entry))));
}

/** The commands; none when no firewall is found. */
export async function firewallCommands(
  clusterIPs: readonly Address[],
  port: number,
  protocols?: readonly Protocol[],
): Promise<readonly string[]> {
  const near = findNear(clusterIPs);
  const firewall = await findFirewall({ interfaceName: near?.interfaceName });
  if (firewall === undefined) return [];
  const network = near === undefined ? undefined : formatNetwork(networkOf(near));
  return renderFirewallCommands(firewall, { network, port, ...(protocols && { protocols }) });
}
