/** The server as the watcher sees it, in memory: clusters with domains, addresses and records, and each change of names. */
import { type ClusterName, type TargetMode, defaultCluster } from "../../src/records/cluster.ts";
import { type Endpoint, keyText, recordKey } from "../../src/records/endpoint.ts";
import type { ServerPort } from "../../src/sources/kubernetes/server-port.ts";

export interface MemoryServer extends ServerPort {
  /** The names of each cluster. */
  readonly names: () => Readonly<Record<string, string>>;
  /** Each request that changed records, as in `kind-a +a.io -b.io`. */
  readonly requests: readonly string[];
}

interface Cluster {
  domains: string[];
  addresses: readonly string[];
  targets: TargetMode;
  readonly records: Map<string, Endpoint>;
}

/** Makes one without a cluster. */
export function makeMemoryServer(): MemoryServer {
  const clusters = new Map<ClusterName, Cluster>();
  const requests: string[] = [];
  const cluster = (name: ClusterName): Cluster => {
    const found = clusters.get(name) ?? { domains: [], addresses: [], targets: "cluster" as const, records: new Map() };
    clusters.set(name, found);
    return found;
  };
  return {
    url: "memory",
    requests,
    names: () =>
      Object.fromEntries(
        [...clusters].map(([name, { records }]) => [
          name,
          [...records.values()]
            .map(({ dnsName }) => String(dnsName))
            .toSorted()
            .join(),
        ]),
      ),
    allowedDomains: async () => Promise.resolve(clusters.get(defaultCluster)?.domains ?? []),
    domains: async (name) => Promise.resolve(clusters.get(name)?.domains),
    addDomains: async (name, domains) => void cluster(name).domains.push(...(await Promise.resolve(domains))),
    removeDomain: async (name, domain) => {
      const found = cluster(name);
      found.domains = await Promise.resolve(found.domains.filter((each) => each !== domain));
    },
    clusterIPs: async (name) => Promise.resolve(clusters.get(name)?.addresses ?? []),
    setClusterIPs: async (name, addresses) => {
      cluster(name).addresses = await Promise.resolve(addresses);
    },
    targets: async (name) => Promise.resolve(clusters.get(name)?.targets ?? "cluster"),
    setTargets: async (name, targets) => {
      cluster(name).targets = await Promise.resolve(targets);
    },
    forget: async (name) => void (await Promise.resolve(clusters.delete(name))),
    report: async () => Promise.resolve(),
    records: (name) => ({
      read: async () => Promise.resolve([...cluster(name).records.values()]),
      change: async (changes) => {
        const { records } = cluster(name);
        await Promise.resolve();
        for (const each of changes.delete) records.delete(keyText(recordKey(each)));
        for (const each of [...changes.create, ...changes.updateNew]) records.set(keyText(recordKey(each)), each);
        const words = [
          ...changes.create.map(({ dnsName }) => `+${dnsName}`),
          ...changes.updateNew.map(({ dnsName }) => `~${dnsName}`),
          ...changes.delete.map(({ dnsName }) => `-${dnsName}`),
        ];
        requests.push([name, ...words.toSorted()].join(" "));
      },
    }),
  };
}
