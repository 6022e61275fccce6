/**
 * The projection: the keys in SkyDNS layout by which CoreDNS's plugin etcd answers as the view says, kept up to date name
 * by name.
 */
import { familyOf } from "../../records/address.ts";
import { type ManagedDomain, isWithin } from "../../records/managed-domain.ts";
import type { ViewEntry } from "../../records/view.ts";
import { nodePrefix } from "../../records/skydns-key.ts";

/** What a set of changes makes of keys: their values, undefined for a key that goes. */
export type KeyChanges = Map<string, string | undefined>;

/** Seconds that an answer may be kept where its source leaves it open: a name that goes must be gone soon. */
const usualTTL = 5;

/** Where CoreDNS looks for the records of a zone's own name (plugin/backend_lookup.go `checkForApex`). */
const apexLabels = "dns/apex/";

export class Projection {
  readonly #path: string;
  readonly #entries = new Map<string, ViewEntry>();
  /** Projected names strictly below each name that lies within a managed domain. */
  readonly #below = new Map<string, number>();
  readonly #keysOf = new Map<string, ReadonlyMap<string, string>>();
  readonly #wanted = new Map<string, string>();
  #domains: readonly ManagedDomain[] = [];

  /** @param path - where the projection lies, as in `/skydns` */
  constructor(path: string) {
    this.#path = path;
  }

  /** The value of each key that should be there. */
  get wanted(): ReadonlyMap<string, string> {
    return this.#wanted;
  }

  get domains(): readonly ManagedDomain[] {
    return this.#domains;
  }

  entry(name: string): ViewEntry | undefined {
    return this.#entries.get(name);
  }

  names(): Iterable<string> {
    return this.#entries.keys();
  }

  /** Begins anew with other managed domains and no name. */
  reset(domains: readonly ManagedDomain[]): void {
    this.#domains = domains;
    for (const map of [this.#entries, this.#below, this.#keysOf, this.#wanted]) map.clear();
    for (const domain of domains) this.#rewrite(domain, new Map());
  }

  /**
   * Sets what a name shows.
   *
   * @param entry - undefined for a name that shows nothing
   * @param changes - gets the keys that are to change
   */
  set(name: string, entry: ViewEntry | undefined, changes: KeyChanges): void {
    const wasThere = this.#entries.has(name);
    const isThere = entry !== undefined && valuesOf(entry).length > 0;
    if (isThere) this.#entries.set(name, entry);
    else this.#entries.delete(name);
    if (wasThere !== isThere) {
      for (const ancestor of this.#ancestors(name)) this.#count(ancestor, isThere ? 1 : -1, changes);
    }
    this.#rewrite(name, changes);
  }

  #count(name: string, by: 1 | -1, changes: KeyChanges): void {
    const count = (this.#below.get(name) ?? 0) + by;
    if (count === 0) this.#below.delete(name);
    else this.#below.set(name, count);
    if (count <= 1) this.#rewrite(name, changes);
  }

  /** The names above a name, up to the outermost managed domain that it lies in. */
  *#ancestors(name: string): Generator<string> {
    const outermost = this.#outermost(name);
    if (outermost === undefined) return;
    for (let above = name; above !== outermost;) {
      above = above.slice(above.indexOf(".") + 1);
      yield above;
    }
  }

  #outermost(name: string): ManagedDomain | undefined {
    let found: ManagedDomain | undefined;
    for (const domain of this.#domains) {
      if (isWithin(name, domain) && (found === undefined || domain.length < found.length)) found = domain;
    }
    return found;
  }

  #rewrite(name: string, changes: KeyChanges): void {
    const before = this.#keysOf.get(name);
    const after = new Map(this.#nodeKeys(name));
    for (const key of before?.keys() ?? []) {
      if (after.has(key)) continue;
      this.#wanted.delete(key);
      changes.set(key, undefined);
    }
    for (const [key, value] of after) {
      if (before?.get(key) === value) continue;
      this.#wanted.set(key, value);
      changes.set(key, value);
    }
    if (after.size === 0) this.#keysOf.delete(name);
    else this.#keysOf.set(name, after);
  }

  /** All keys of a name: what it shows, else a guard where something lies below it, or CoreDNS would answer with that. */
  *#nodeKeys(name: string): Generator<readonly [string, string]> {
    const entry = this.#entries.get(name);
    const isDomain = this.#domains.some((domain) => domain === name);
    const isOutermost = isDomain && this.#outermost(name) === name;
    if (entry === undefined && !isDomain && !this.#below.has(name)) return;
    const values = entry === undefined ? [guardOf(name)] : valuesOf(entry);
    const prefix = nodePrefix(this.#path, name);
    for (const { label, fields } of values) {
      // CoreDNS reads the keys of a zone's own name elsewhere, since everything of the zone lies below it.
      if (isDomain) yield [`${prefix}${apexLabels}${label}`, valueOf(name, fields, 3)];
      if (!isOutermost) yield [`${prefix}${label}`, valueOf(name, fields, 1)];
    }
  }
}

interface Value {
  readonly label: string;
  readonly fields: Readonly<Record<string, string | number | undefined>>;
}

/** An alias to itself: the name exists and has nothing, as CoreDNS and ExternalDNS understand it. */
function guardOf(name: string): Value {
  return { label: "hfs0", fields: { host: name, ttl: usualTTL } };
}

/** What an entry shows in SkyDNS layout; empty for one that it cannot show. */
function valuesOf({ name, addresses, ttl = usualTTL, cluster, resource }: ViewEntry): readonly Value[] {
  if (isUnservable(name)) return [];
  if (addresses.length === 0) return [guardOf(name)];
  const counts = new Map<string, number>();
  return addresses.map((address) => {
    const kind = familyOf(address) === "IPv4" ? "hfs4" : "hfs6";
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return { label: count === 1 ? kind : `${kind}-${count}`, fields: { host: address, ttl, cluster, resource } };
  });
}

/** CoreDNS takes the labels `*` and `any` of a question for every label, and never finds what is stored under them. */
export function isUnservable(name: string): boolean {
  return /(?:^|\.)(?:\*|any)(?:\.|$)|\//.test(name);
}

/** With its name as the group, a question for a name is not answered with what lies below it. */
function valueOf(name: string, fields: Value["fields"], targetstrip: number): string {
  return JSON.stringify({ ...fields, targetstrip, group: name });
}
