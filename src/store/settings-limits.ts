/** How many clusters there may be, and how many domains each may have, whatever keeps them. */
import { StoreTroubleError } from "../engine/store-trouble.ts";
import { platform } from "../platform/current.ts";
import type { ClusterName, ClusterSettings } from "../records/cluster.ts";
import { storeLimits } from "../records/limits.ts";

/**
 * Refuses settings that would pass a limit.
 *
 * @param known - the clusters that there are
 * @throws StoreTroubleError `store-full`
 */
export function requireRoom(
  known: ReadonlyMap<ClusterName, ClusterSettings>,
  name: ClusterName,
  settings: ClusterSettings,
): void {
  const { domainsPerCluster, clusters } = storeLimits;
  if (settings.domains.length > domainsPerCluster) throw tooMany("domains", domainsPerCluster);
  if (!known.has(name) && known.size >= clusters) throw tooMany("clusters", clusters);
}

function tooMany(what: "clusters" | "domains", most: number): StoreTroubleError {
  return new StoreTroubleError({
    code: "store-full",
    message: `The store holds at most ${most} ${what}, and this change would pass that.`,
    hint: "Forget clusters or domains that are gone; hostsfile-server status lists them. This forgets one:",
    command: platform.commands.asRoot("hostsfile-server clear --cluster NAME"),
  });
}
