/** What the hosts file and the records must be after any operation: a small model that shares no code with the product. */

/** An endpoint as the model's callers send it. */
export interface ModelEndpoint {
  readonly dnsName: string;
  readonly recordType: string;
  readonly targets: readonly string[];
  readonly setIdentifier?: string;
}

/** One post of ExternalDNS. */
export interface ModelChanges {
  readonly create: readonly ModelEndpoint[];
  readonly updateOld: readonly ModelEndpoint[];
  readonly updateNew: readonly ModelEndpoint[];
  readonly delete: readonly ModelEndpoint[];
}

interface StoredEndpoint {
  readonly endpoint: ModelEndpoint;
  /** Counts up with each endpoint that is new. */
  readonly since: number;
}

export interface ModelCluster {
  domains: readonly string[];
  clusterIPs: readonly string[];
  targets: "cluster" | "record";
  records: ReadonlyMap<string, StoredEndpoint>;
}

interface Claim {
  readonly cluster: string;
  readonly since: number;
  readonly addresses: readonly string[];
}

const hostName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/;

/** The desktop: clusters, the user's own text, and which cluster holds each name. */
export class DesktopModel {
  readonly #clusters = new Map<string, ModelCluster>();
  #holders: ReadonlyMap<string, string> = new Map();
  #count = 0;
  /** The hosts file without the managed block. */
  userText: string;

  constructor(userText: string) {
    this.userText = userText;
    this.configure("default", {});
  }

  cluster(name: string): ModelCluster | undefined {
    return this.#clusters.get(name);
  }

  /** Creates a cluster, or changes its settings. */
  configure(name: string, settings: Partial<Omit<ModelCluster, "records">>): void {
    const before = this.#clusters.get(name) ?? {
      domains: [],
      clusterIPs: [],
      targets: "cluster" as const,
      records: new Map(),
    };
    this.#clusters.set(name, { ...before, ...settings });
    this.#elect();
  }

  forget(name: string): void {
    this.#clusters.delete(name);
    this.#elect();
  }

  /** What a cluster holds after a post, without storing it. */
  after(name: string, changes: ModelChanges): ReadonlyMap<string, StoredEndpoint> {
    const records = new Map(this.#clusters.get(name)?.records);
    const put = [...changes.create, ...changes.updateNew];
    const kept = new Set(put.map(keyOf));
    for (const endpoint of [...changes.delete, ...changes.updateOld]) {
      if (!kept.has(keyOf(endpoint))) records.delete(keyOf(endpoint));
    }
    for (const endpoint of put) {
      this.#count += 1;
      records.set(keyOf(endpoint), { endpoint, since: records.get(keyOf(endpoint))?.since ?? this.#count });
    }
    return records;
  }

  /** Stores what {@link after} worked out. */
  store(name: string, records: ReadonlyMap<string, StoredEndpoint>): void {
    const cluster = this.#clusters.get(name);
    if (cluster !== undefined) cluster.records = records;
    this.#elect();
  }

  /** The endpoints of a cluster as sorted JSON, to be compared with what the server returns. */
  static describe(endpoints: Iterable<ModelEndpoint>): readonly string[] {
    return [...endpoints].map((endpoint) => JSON.stringify(endpoint)).toSorted();
  }

  /** The lines that the managed block must have. */
  lines(): readonly string[] {
    const own = namesIn(this.userText);
    const lines: string[] = [];
    for (const [name, claims] of [...this.#claims()].toSorted(([left], [right]) => (left < right ? -1 : 1))) {
      if (own.has(name)) continue;
      const claim = claims.find(({ cluster }) => cluster === this.#holders.get(name));
      lines.push(...(claim?.addresses ?? []).map((address) => `${address} ${name}`));
    }
    return lines;
  }

  /** The holder of a name keeps it while it wants it; else the first that asked gets it. */
  #elect(): void {
    const holders = new Map<string, string>();
    for (const [name, claims] of this.#claims()) {
      const first = claims.toSorted((left, right) => left.since - right.since)[0];
      const holder = claims.find(({ cluster }) => cluster === this.#holders.get(name)) ?? first;
      if (holder !== undefined) holders.set(name, holder.cluster);
    }
    this.#holders = holders;
  }

  #claims(): ReadonlyMap<string, readonly Claim[]> {
    const claims = new Map<string, Claim[]>();
    for (const [cluster, settings] of this.#clusters) {
      for (const [name, records] of managedRecordsOf(settings)) {
        if (!hostName.test(name)) continue;
        const addresses = [...new Set(addressesOf(settings, name, []))].toSorted(byFamily);
        if (addresses.length === 0) continue;
        const since = Math.min(...records.map((record) => record.since));
        claims.set(name, [...(claims.get(name) ?? []), { cluster, since, addresses }]);
      }
    }
    return claims;
  }
}

function keyOf({ dnsName, recordType, setIdentifier = "" }: ModelEndpoint): string {
  return `${dnsName.toLowerCase()} ${recordType} ${setIdentifier}`;
}

/** The address records of a cluster by name. CNAMEs lead through names that a hosts file cannot hold, too. */
function managedRecordsOf({ domains, records }: ModelCluster): ReadonlyMap<string, readonly StoredEndpoint[]> {
  const managed = new Map<string, StoredEndpoint[]>();
  for (const stored of records.values()) {
    const name = stored.endpoint.dnsName.toLowerCase();
    const isManaged = domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
    if (!isManaged || stored.endpoint.recordType === "TXT") continue;
    managed.set(name, [...(managed.get(name) ?? []), stored]);
  }
  return managed;
}

function addressesOf(settings: ModelCluster, name: string, path: readonly string[]): readonly string[] {
  if (settings.targets === "cluster") return settings.clusterIPs;
  const records = managedRecordsOf(settings).get(name);
  if (records === undefined || path.includes(name)) return settings.clusterIPs;
  return records
    .flatMap(({ endpoint }) => endpoint.targets)
    .flatMap((target) => {
      if (/^0\.|^169\.254\.|^22[4-9]\./.test(target)) return [];
      if (/^[0-9.]+$|:/.test(target)) return [target];
      return addressesOf(settings, target.toLowerCase(), [...path, name]);
    });
}

function byFamily(left: string, right: string): number {
  const family = Number(left.includes(":")) - Number(right.includes(":"));
  return family === 0 ? (left < right ? -1 : Number(left > right)) : family;
}

/** The names that lines of a hosts file define (hosts(5)). */
function namesIn(text: string): ReadonlySet<string> {
  const lines = text.split("\n").map((line) => line.replace(/#.*/, "").trim().toLowerCase());
  return new Set(lines.flatMap((line) => line.split(/[ \t]+/).slice(1)));
}
