/** The networks that this machine is on right now. */
import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";
import type { NetworkSource } from "../records/network.ts";

/** The networks of this machine. */
export const systemNetworks: Pick<NetworkSource, "interfaces"> = {
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
};
