/** What of a request was left out and why: said once in the log, and kept for the status until the next such request. */
import { shorten } from "../base/printable.ts";
import { formatCount } from "../base/words.ts";
import type { ClusterName } from "../records/cluster.ts";
import type { ClusterFeed } from "../records/feed.ts";
import { recordLimits, storeLimits } from "../records/limits.ts";
import type { Log } from "../base/log.ts";

export type LeftOutReason =
  | "not-managed"
  | "not-a-dns-name"
  | "not-an-endpoint"
  | "record-type-unknown"
  | "name-too-long"
  | "record-too-large"
  | "store-full";

export interface LeftOut {
  readonly cluster: ClusterName;
  /** The name as it was sent, or what was sent instead; of a long one the start is kept. */
  readonly name: string;
  readonly reason: LeftOutReason;
}

/** The request that something was left out of. */
interface LeftOutFrom extends ClusterFeed {
  readonly request: "adjustendpoints" | "records";
}

const maximumKept = 1000;
const maximumLogged = 20;

const sentences: Readonly<Record<LeftOutReason, string>> = {
  "not-managed": "lies in no managed domain; to have it shown, add its domain with --domains or POST /domains",
  "not-a-dns-name": "is not a DNS name; correct it in the resource that it comes from",
  "not-an-endpoint": "is not an endpoint; if ExternalDNS sent it, its version is not known to this program",
  "record-type-unknown": "has an invalid record type; a type has 1 to 16 upper-case letters and digits, as in CNAME",
  "name-too-long": `is longer than the ${formatCount(recordLimits.nameBytes)} bytes that a name may have`,
  "record-too-large": `has more than the ${formatCount(recordLimits.bytes)} bytes that a record may have; take targets or labels away from its resource`,
  "store-full": `finds no room: a cluster may have ${formatCount(storeLimits.recordsPerCluster)} records of ${mebibytes(storeLimits.bytesPerCluster)} in all, and all clusters ${formatCount(storeLimits.records)} of ${mebibytes(storeLimits.bytes)}`,
};

function mebibytes(bytes: number): string {
  return `${formatCount(bytes / 1024 / 1024)} MiB`;
}

/** Why an endpoint was left out and what to do, as the end of a sentence that begins with its name. */
export function leftOutSentence({ name, reason }: LeftOut): string {
  return `${name} ${sentences[reason]}.`;
}

export class LeftOutMemory {
  readonly #log: Log;
  readonly #byRequest = new Map<string, LeftOutFrom & { readonly entries: ReadonlyMap<string, LeftOut> }>();

  constructor(log: Log) {
    this.#log = log;
  }

  /**
   * Remembers what the latest request left out, in place of what the one before it left out, and logs what is new.
   *
   * @param from - which request
   * @param found - all that was left out; of more than 1,000 the first are kept
   */
  replace({ cluster, feed, request }: LeftOutFrom, found: readonly LeftOut[]): void {
    const key = `${cluster}\0${feed}\0${request}`;
    const known = this.#byRequest.get(key)?.entries;
    const kept = new Map(
      found
        .slice(0, maximumKept)
        .map((entry) => [`${entry.reason}\0${entry.name}`, { ...entry, name: shorten(entry.name) }]),
    );
    const fresh = [...kept].filter(([entry]) => known?.has(entry) !== true).map(([, entry]) => entry);
    if (kept.size === 0) this.#byRequest.delete(key);
    else this.#byRequest.set(key, { cluster, feed, request, entries: kept });
    for (const entry of fresh.slice(0, maximumLogged)) {
      this.#log.warn({ code: entry.reason, cluster, host: entry.name }, leftOutSentence(entry));
    }
    const rest = fresh.length - maximumLogged;
    if (rest > 0) {
      const fields = { code: "more-left-out", cluster, names: rest };
      this.#log.warn(fields, `${rest} more names were left out; hostsfile-server status lists them.`);
    }
  }

  /** What the latest requests of all clusters left out; what several feeds of a cluster sent is there once. */
  list(): readonly LeftOut[] {
    const all = new Map<string, LeftOut>();
    for (const { cluster, request, entries } of this.#byRequest.values()) {
      for (const [key, entry] of entries) all.set(`${cluster}\0${request}\0${key}`, entry);
    }
    return [...all.values()];
  }

  /** Forgets what a cluster left out, because it is gone. */
  forget(cluster: ClusterName): void {
    for (const [key, from] of this.#byRequest) {
      if (from.cluster === cluster) this.#byRequest.delete(key);
    }
  }
}
