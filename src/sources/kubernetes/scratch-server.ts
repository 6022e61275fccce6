/** Takes the place of the server for `--dry-run`: keeps in memory what the server would be told. */
import { type ClusterName, initialSettings } from "../../records/cluster.ts";
import type { ServerPort } from "./server-port.ts";

/** Makes one that knows no cluster yet. */
export function openScratchServer(): ServerPort {
  const addresses = new Map<ClusterName, readonly string[]>();
  const done = Promise.resolve();
  return {
    url: "(dry run)",
    allowedDomains: async () => Promise.resolve(["every domain"]),
    // Every name is said, so none has to be named.
    domains: async () => Promise.resolve(["every domain"]),
    addDomains: async () => done,
    removeDomain: async () => done,
    clusterIPs: async (cluster) => Promise.resolve(addresses.get(cluster) ?? []),
    setClusterIPs: async (cluster, found) => {
      addresses.set(cluster, found);
      return done;
    },
    targets: async () => Promise.resolve(initialSettings.targets),
    setTargets: async () => done,
    forget: async () => done,
    report: async () => done,
    records: () => ({ read: async () => Promise.resolve([]), change: async () => done }),
  };
}
