/** A cluster's CoreDNS: what of it would change, and the change itself. */
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { type ConfigMaps, customPlace, readConfigMaps, writeKey } from "./config-maps.ts";
import { type ClusterDNSPlan, planStubZone, planStubZoneRemoval } from "./plan.ts";
import type { StubZone } from "./stub-zone.ts";

/** A plan, and the ConfigMaps that it was made from. */
export interface ClusterDNSWork extends ClusterDNSPlan {
  readonly maps: ConfigMaps;
}

/**
 * Plans that the cluster's CoreDNS asks the responder; nothing is changed.
 *
 * @throws TroubleError (exit 3) as {@link planStubZone}, and when the cluster cannot be used
 */
export async function planTeaching(api: KubernetesAPI, stub: StubZone): Promise<ClusterDNSWork> {
  const maps = await readConfigMaps(api);
  return { ...planStubZone(maps, stub), maps };
}

/**
 * Plans that it no longer does; nothing is changed.
 *
 * @throws TroubleError (exit 3) as {@link planStubZoneRemoval}, and when the cluster cannot be used
 */
export async function planForgetting(api: KubernetesAPI): Promise<ClusterDNSWork> {
  const maps = await readConfigMaps(api);
  return { ...planStubZoneRemoval(maps), maps };
}

/**
 * Does what is planned. What is removed goes first, so that no zone is there twice.
 *
 * @throws TroubleError `cluster-refused` (exit 3), also when somebody else changed a ConfigMap in between
 */
export async function changeClusterDNS(api: KubernetesAPI, { changes, maps }: ClusterDNSWork): Promise<void> {
  const first = changes.filter(({ before = "", after = "" }) => after.length < before.length);
  const others = changes.filter((change) => !first.includes(change));
  for (const { place, after } of [...first, ...others])
    await writeKey(api, place, place === customPlace ? maps.custom : maps.coredns, after);
}
