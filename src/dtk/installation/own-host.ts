/** Which hosts are this machine: nothing that proves or holds a secret goes anywhere else. */
import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { isLoopback, parseAddress } from "../../records/address.ts";

/** Whether an address never leads to another machine: inside of a pod the loopback is the pod's own. */
export function isOwnAddress(address: string): boolean {
  return isLoopback(address) || isInterfaceAddress(address);
}

/** Whether an interface of this machine has the address. */
export function isInterfaceAddress(address: string): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some((own) => own.address === address) === true);
}

/** The addresses of a host that are this machine's own; none when it is another machine, or a name that nobody knows. */
export async function ownAddressesOf(host: string): Promise<readonly string[]> {
  if (parseAddress(host) !== undefined) return isOwnAddress(host) ? [host] : [];
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address).filter(isOwnAddress);
}
