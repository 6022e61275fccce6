/** What is published in SkyDNS layout at etcd now, as far as it is a team server's, who is published for each name, and what nobody can read. */
import { isJSONObject, parseJSON } from "../base/json.ts";
import { type ClusterName, parseClusterName } from "../records/cluster.ts";
import type { ALabelName } from "../records/name.ts";
import type { Change } from "./change.ts";
import { isOwnProjection } from "./plan/keys.ts";
import type { Held } from "./plan/state.ts";

interface Holder {
  readonly name: ALabelName;
  readonly cluster: ClusterName;
}

export class PublishedKeys {
  readonly holders = new Map<ALabelName, ClusterName>();
  readonly #keys = new Map<string, Held>();
  readonly #holderOf = new Map<string, Holder>();
  /** Number of keys by which each name has its holder. */
  readonly #counts = new Map<ALabelName, number>();
  /** Keys, of anybody, whose value is not one record. */
  readonly #broken = new Set<string>();
  #touched = new Map<string, bigint>();
  #taken = 0;

  get(key: string): Held | undefined {
    return this.#keys.get(key);
  }

  /** The keys below the path, of anybody, at whose value CoreDNS answers SERVFAIL. */
  get broken(): readonly string[] {
    return [...this.#broken];
  }

  /** Number of changes that were taken over. */
  get taken(): number {
    return this.#taken;
  }

  /** Every key of ours with its value. */
  entries(): Iterable<readonly [string, Held]> {
    return this.#keys;
  }

  /** The keys that changed since this was asked before, at first all, and at which revision each did last. */
  takeTouched(): ReadonlyMap<string, bigint> {
    const touched = this.#touched;
    this.#touched = new Map();
    return touched;
  }

  /**
   * Takes a change over. Keys of others are not kept.
   *
   * @returns the names that may have another holder now
   */
  take({ key, revision, item }: Change): readonly ALabelName[] {
    const text = item?.value.toString();
    const value = text === undefined ? undefined : parseJSON(text);
    if (text === undefined || isJSONObject(value)) this.#broken.delete(key);
    else this.#broken.add(key);
    if (!isOwnProjection(key)) return [];
    this.#touched.set(key, revision);
    this.#taken += 1;
    const before = this.#holderOf.get(key);
    const after = holderIn(value);
    if (before !== undefined) this.#release(key, before);
    if (text === undefined || item === undefined) this.#keys.delete(key);
    else this.#keys.set(key, { text, modRevision: item.modRevision });
    if (after !== undefined) this.#hold(key, after);
    return [before, after].flatMap((holder) => holder?.name ?? []);
  }

  #hold(key: string, holder: Holder): void {
    this.#holderOf.set(key, holder);
    this.#counts.set(holder.name, (this.#counts.get(holder.name) ?? 0) + 1);
    this.holders.set(holder.name, holder.cluster);
  }

  #release(key: string, holder: Holder): void {
    this.#holderOf.delete(key);
    const left = (this.#counts.get(holder.name) ?? 1) - 1;
    if (left > 0) {
      this.#counts.set(holder.name, left);
      return;
    }
    this.#counts.delete(holder.name);
    this.holders.delete(holder.name);
  }
}

/** A guard has no cluster, so that it holds no name. */
function holderIn(value: unknown): Holder | undefined {
  if (!isJSONObject(value) || typeof value["group"] !== "string" || typeof value["cluster"] !== "string")
    return undefined;
  const cluster = parseClusterName(value["cluster"]);
  return cluster && { name: value["group"] as ALabelName, cluster };
}
