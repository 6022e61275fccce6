/** The server as the watcher sees it, in memory: clusters with domains, addresses and records, and each change of names. */
import { TroubleError } from "../../src/base/trouble.ts";
import { type ClusterName, type TargetMode, defaultCluster } from "../../src/records/cluster.ts";
import { type Endpoint, keyText, recordKey } from "../../src/records/endpoint.ts";
import type { ServerPort } from "../../src/sources/kubernetes/server-port.ts";

export interface MemoryServer extends ServerPort {
  /** The names of each cluster. */
  readonly names: () => Readonly<Record<string, string>>;
  /** Each request that changed records, as in `kind-a +a.io -b.io`. */
  readonly requests: readonly string[];
  /** What somebody gives stays where a watcher chose something else. */
  readonly give: (name: ClusterName, given: Pick<Cluster, "addresses" | "targets">) => void;
  /** Loses everything. */
  readonly lose: () => void;
}

interface Cluster {
  domains: string[];
  addresses: readonly string[];
  targets: TargetMode;
  isGiven?: boolean;
  readonly records: Map<string, Endpoint>;
}

function unknownCluster(name: ClusterName): TroubleError {
  return new TroubleError({ code: "unknown-cluster", message: `Cluster ${name} is not configured.`, hint: "" });
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
      await Promise.resolve();
      if (cluster(name).isGiven !== true) cluster(name).addresses = addresses;
    },
    targets: async (name) => Promise.resolve(clusters.get(name)?.targets ?? "cluster"),
    setTargets: async (name, targets, isChosen) => {
      await Promise.resolve();
      if (!isChosen || cluster(name).isGiven !== true) cluster(name).targets = targets;
    },
    give: (name, given) => Object.assign(cluster(name), given, { isGiven: true }),
    lose: () => clusters.clear(),
    forget: async (name) => void (await Promise.resolve(clusters.delete(name))),
    report: async () => Promise.resolve(),
    records: (name) => ({
      read: async () => Promise.resolve([...cluster(name).records.values()]),
      change: async (changes) => {
        await Promise.resolve();
        const { records } = clusters.get(name) ?? {};
        if (records === undefined) throw unknownCluster(name);
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
