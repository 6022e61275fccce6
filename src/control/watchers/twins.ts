/** Finds clusters that are one cluster under two names: ExternalDNS feeds it under one, and a watcher under the other. */
import type { ClusterName } from "../../records/cluster.ts";
import type { ReadableStore, StoredCluster } from "../../engine/store.ts";
import { externalDNSFeed, watchFeed } from "../../records/feed.ts";

/** For each cluster that a watcher feeds, the name under which ExternalDNS feeds the same one. */
export function findTwins(store: ReadableStore): ReadonlyMap<ClusterName, ClusterName> {
  const clusters = [...store.clusters()].map((cluster) => ({ cluster, feeds: store.feedsOf(cluster.name) }));
  const of = (feed: string): readonly StoredCluster[] =>
    clusters.filter(({ feeds }) => feeds.length === 1 && feeds[0] === feed).map(({ cluster }) => cluster);
  const byExternalDNS = of(externalDNSFeed);
  const pairs = of(watchFeed).flatMap((watched): readonly (readonly [ClusterName, ClusterName])[] => {
    const twin = byExternalDNS.find((other) => areOne(watched, other));
    return twin === undefined ? [] : [[watched.name, twin.name]];
  });
  return new Map(pairs);
}

/** Both lead to the same address, and the same resource gives the same name in both. */
function areOne(one: StoredCluster, other: StoredCluster): boolean {
  const [address, otherAddress] = [one, other].map(({ settings }) => settings.clusterIPs.join());
  if (address === "" || address !== otherAddress) return false;
  const resources = new Map([...one.records].map(({ name, resource }) => [name, resource]));
  for (const { name, resource } of other.records) {
    if (resource !== undefined && resources.get(name) === resource) return true;
  }
  return false;
}
