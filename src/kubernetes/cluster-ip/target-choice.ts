/** Chooses the target mode when it is `auto`: the records' own addresses only where the cluster hands such addresses out. Pure. */
import { type Address, parseAddress } from "../../records/address.ts";
import { type TargetMode, targetModes } from "../../records/cluster.ts";
import { isIngressController, nodeAddresses, ownAddresses, pathOf } from "./candidate.ts";
import type { ClusterFacts } from "../facts.ts";

/** Where a cluster's names point; `auto` means: choose by what the cluster has. */
export type TargetChoice = TargetMode | "auto";

export const targetChoices: readonly TargetChoice[] = ["auto", ...targetModes];

export interface TargetModeChoice {
  readonly targets: TargetMode;
  readonly reason: string;
}

/**
 * Chooses `record` when a Service or Gateway has an address that is neither a node's nor the cluster IP, as MetalLB and
 * cloud-provider-kind give. A k3s LoadBalancer has the nodes' own addresses, so it does not count.
 */
export function chooseTargetMode(
  facts: Pick<ClusterFacts, "nodes" | "services" | "gateways">,
  clusterIPs: readonly Address[],
): TargetModeChoice {
  const common = new Set<Address>([...facts.nodes.flatMap(nodeAddresses), ...clusterIPs]);
  const isOwn = (address: Address): boolean => !common.has(address);
  const found = [
    ...facts.services
      .filter((service) => !isIngressController(service))
      .map((service) => ({ what: `Service ${pathOf(service)}`, addresses: ownAddresses(service).filter(isOwn) })),
    ...facts.gateways.map((gateway) => ({
      what: `Gateway ${pathOf(gateway)}`,
      addresses: (gateway.status?.addresses ?? []).flatMap(({ value }) => parseAddress(value) ?? []).filter(isOwn),
    })),
  ].filter(({ addresses }) => addresses.length > 0);
  const [first] = found;
  if (first === undefined) return { targets: "cluster", reason: "no Service or Gateway has an address of its own" };
  const more = found.length === 1 ? "" : ` and ${found.length - 1} more have theirs`;
  return { targets: "record", reason: `${first.what} has the address ${first.addresses.join(", ")} of its own${more}` };
}
