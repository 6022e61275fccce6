/** Counts what the store holds, of each cluster and in all, and says whether more fits. */
import type { ClusterName } from "../records/cluster.ts";
import { storeLimits } from "../records/limits.ts";

interface Size {
  readonly records: number;
  /** Of the endpoints as JSON. */
  readonly bytes: number;
}

const nothing: Size = { records: 0, bytes: 0 };

export class Room {
  readonly #sizes: Map<ClusterName, Size>;
  #total: Size;

  constructor(sizes: Iterable<readonly [ClusterName, Size]> = [], total: Size = nothing) {
    this.#sizes = new Map(sizes);
    this.#total = total;
  }

  /** A copy, to be counted on while it is not sure that the change is stored. */
  copy(): Room {
    return new Room(this.#sizes, this.#total);
  }

  of(cluster: ClusterName): Size {
    return this.#sizes.get(cluster) ?? nothing;
  }

  /** Counts what came, or with negative numbers what went. */
  add(cluster: ClusterName, change: Size): void {
    this.#sizes.set(cluster, sum(this.of(cluster), change));
    this.#total = sum(this.#total, change);
  }

  /** Counts a cluster no more. */
  delete(cluster: ClusterName): void {
    const { records, bytes } = this.of(cluster);
    this.#total = sum(this.#total, { records: -records, bytes: -bytes });
    this.#sizes.delete(cluster);
  }

  /** Whether all of a cluster fits, which earlier versions did not ask. */
  isWithin(cluster: ClusterName): boolean {
    const own = this.of(cluster);
    return !hasTooMany(own, this.#total) && !hasTooMuch(own, this.#total);
  }

  /** Whether a change fits. What makes nothing larger always does, whatever an earlier version stored. */
  fits(cluster: ClusterName, change: Size): boolean {
    const own = sum(this.of(cluster), change);
    const all = sum(this.#total, change);
    return !(change.records > 0 && hasTooMany(own, all)) && !(change.bytes > 0 && hasTooMuch(own, all));
  }
}

function hasTooMany(own: Size, all: Size): boolean {
  return own.records > storeLimits.recordsPerCluster || all.records > storeLimits.records;
}

function hasTooMuch(own: Size, all: Size): boolean {
  return own.bytes > storeLimits.bytesPerCluster || all.bytes > storeLimits.bytes;
}

function sum(left: Size, right: Size): Size {
  return { records: left.records + right.records, bytes: left.bytes + right.bytes };
}
