/** What the objects of one cluster ask for: keeps objects and translations, and works out which records change. */
import { type Endpoint, keyText, recordKey } from "../../records/endpoint.ts";
import type { KeptObject } from "./translate/keep-fields.ts";
import type { Kind, Neighbours, NotAsked } from "./translate/kind.ts";
import { NameIndex } from "./translate/name-index.ts";
import { translateObject } from "./translate/translate-object.ts";

/** Whether the objects of a kind are known: not served, not listed yet, listed, or not to be had. */
type Knowledge = "absent" | "pending" | "known" | "refused";

/** A namespace, or empty for the whole cluster. */
export type Scope = string;

/** An object that does not get all that it asks for. */
export interface Complaint {
  /** As in `Ingress default/test`. */
  readonly object: string;
  readonly reasons: readonly NotAsked[];
}

interface Stock {
  readonly objects: Map<string, KeptObject>;
  readonly scopes: Map<Scope, Knowledge>;
  revision: number;
}

/**
 * The objects of a cluster as values. Changes are noted as they come and worked out by {@link ClusterModel.settle}, once
 * for many of them.
 */
export class ClusterModel {
  readonly #stocks: ReadonlyMap<Kind, Stock>;
  readonly #lookedAtBy: ReadonlyMap<Kind, readonly Kind[]>;
  readonly #index = new NameIndex();
  /** Why objects do not get all that they ask for, by `Ingress default/test`. */
  readonly #notAsked = new Map<string, readonly NotAsked[]>();
  readonly #complaints = new Map<string, Complaint>();
  readonly #classes: ReadonlySet<string> | undefined;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #keysOfName = new Map<string, readonly string[]>();
  readonly #changed = new Map<Kind, Set<string>>();
  readonly #neighbours: Neighbours;

  /** @param classes - the only classes whose objects count; undefined for all */
  constructor(kinds: readonly Kind[], classes?: ReadonlySet<string>) {
    this.#classes = classes;
    this.#stocks = new Map(
      kinds.map((kind) => [kind, { objects: new Map(), scopes: new Map([["", "absent"]]), revision: 0 }]),
    );
    this.#lookedAtBy = new Map(kinds.map((kind) => [kind, kinds.filter(({ looksAt }) => looksAt.includes(kind))]));
    this.#neighbours = {
      find: (kind, namespace, name) =>
        this.#stocks.get(kind)?.objects.get(namespace === "" ? name : `${namespace}/${name}`),
      list: (kind) => this.#stocks.get(kind)?.objects.values() ?? [],
      knows: (kind, namespace) => this.#knows(kind, namespace),
    };
  }

  /** The records that the cluster should have, by {@link keyText}. */
  get endpoints(): ReadonlyMap<string, Endpoint> {
    return this.#endpoints;
  }

  /** How many objects of a kind are there. */
  count(kind: Kind): number {
    return this.#stocks.get(kind)?.objects.size ?? 0;
  }

  /** Grows with each change of what is known of a kind. */
  revision(kind: Kind): number {
    return this.#stock(kind).revision;
  }

  /** What is known of a kind as a whole. */
  knowledge(kind: Kind): Knowledge {
    const states = new Set(this.#stock(kind).scopes.values());
    return (["pending", "refused", "known"] as const).find((state) => states.has(state)) ?? "absent";
  }

  /** Whether each kind has been listed, or cannot be. */
  get isSettled(): boolean {
    return [...this.#stocks.keys()].every((kind) => this.knowledge(kind) !== "pending");
  }

  /** Objects that since the last call began to get less than they ask for, or for another reason. */
  takeComplaints(): readonly Complaint[] {
    const taken = [...this.#complaints.values()];
    this.#complaints.clear();
    return taken;
  }

  /** Why objects do not get all that they ask for, by `Ingress default/test`. */
  get notAsked(): ReadonlyMap<string, readonly NotAsked[]> {
    return this.#notAsked;
  }

  /** The objects of a kind. */
  objects(kind: Kind): Iterable<KeptObject> {
    return this.#neighbours.list(kind) as Iterable<KeptObject>;
  }

  /** A kind is served, and will be listed in these scopes. What is known of it stays until then. */
  expect(kind: Kind, scopes: readonly Scope[]): void {
    this.#setScopes(kind, scopes, "pending");
  }

  /** The cluster does not serve the kind, so it has no objects. */
  setAbsent(kind: Kind): void {
    this.#setScopes(kind, [""], "absent");
    const { objects } = this.#stock(kind);
    for (const key of objects.keys()) this.#note(kind, key);
    objects.clear();
  }

  /** The objects of a scope cannot be had; those that were known stay. */
  setRefused(kind: Kind, scope: Scope): void {
    if (this.#stock(kind).scopes.get(scope) !== "pending") return;
    this.#stock(kind).scopes.set(scope, "refused");
    this.#noteAll(kind);
  }

  /** These are all objects of a scope. */
  replace(kind: Kind, scope: Scope, items: ReadonlyMap<string, KeptObject>): void {
    const { objects, scopes } = this.#stock(kind);
    for (const key of objects.keys()) {
      if (!items.has(key) && (scope === "" || key.startsWith(`${scope}/`))) this.remove(kind, key);
    }
    for (const [key, object] of items) this.change(kind, key, object);
    if (scopes.get(scope) === "known") return;
    scopes.set(scope, "known");
    this.#noteAll(kind);
  }

  /** An object came or changed. */
  change(kind: Kind, key: string, object: KeptObject): void {
    const { objects } = this.#stock(kind);
    if (isSame(objects.get(key), object)) return;
    objects.set(key, object);
    this.#note(kind, key);
  }

  /** An object is gone. */
  remove(kind: Kind, key: string): void {
    if (this.#stock(kind).objects.delete(key)) this.#note(kind, key);
  }

  /**
   * Works out what follows from the changes so far. Objects of a kind wait for the lists of it and of those that it looks
   * at, so that no name comes or goes for want of an answer.
   *
   * @returns the keys of records that changed
   */
  settle(): ReadonlySet<string> {
    for (const kind of this.#changed.keys()) for (const other of this.#lookedAtBy.get(kind) ?? []) this.#noteAll(other);
    const names = new Set<string>();
    for (const [kind, keys] of this.#changed) {
      if (!this.#isReady(kind)) continue;
      this.#changed.delete(kind);
      if (kind.translate !== undefined) for (const key of keys) this.#translate(kind, key, names);
    }
    const changed = new Set<string>();
    for (const name of names) this.#merge(name, changed);
    return changed;
  }

  #translate(kind: Kind, key: string, names: Set<string>): void {
    const object = this.#stock(kind).objects.get(key);
    const options = { neighbours: this.#neighbours, classes: this.#classes };
    const translation = object === undefined ? undefined : translateObject(kind, object, options);
    const words = `${kind.kind} ${key}`;
    const notAsked = translation?.notAsked ?? [];
    if (notAsked.length > 0 && !isSame(this.#notAsked.get(words), notAsked)) {
      this.#complaints.set(words, { object: words, reasons: notAsked });
    }
    if (notAsked.length === 0) this.#notAsked.delete(words);
    else this.#notAsked.set(words, notAsked);
    for (const name of this.#index.put(`${kind.group}/${words}`, translation)) names.add(name);
  }

  #merge(name: string, changed: Set<string>): void {
    const endpoints = this.#index.endpointsOf(name);
    const merged = new Map(endpoints.map((endpoint) => [keyText(recordKey(endpoint)), endpoint]));
    for (const key of this.#keysOfName.get(name) ?? []) {
      if (!merged.has(key) && this.#endpoints.delete(key)) changed.add(key);
    }
    for (const [key, endpoint] of merged) {
      if (isSame(this.#endpoints.get(key), endpoint)) continue;
      this.#endpoints.set(key, endpoint);
      changed.add(key);
    }
    if (merged.size === 0) this.#keysOfName.delete(name);
    else this.#keysOfName.set(name, [...merged.keys()]);
  }

  #isReady(kind: Kind): boolean {
    return [kind, ...kind.looksAt].every((each) => this.knowledge(each) !== "pending");
  }

  #knows(kind: Kind, namespace: string): boolean {
    const { scopes } = this.#stock(kind);
    const state = scopes.get("") ?? scopes.get(namespace);
    return state === "known" || state === "absent";
  }

  #setScopes(kind: Kind, scopes: readonly Scope[], state: Knowledge): void {
    const stock = this.#stock(kind);
    stock.scopes.clear();
    for (const scope of scopes) stock.scopes.set(scope, state);
    this.#noteAll(kind);
  }

  #noteAll(kind: Kind): void {
    const noted = this.#noted(kind);
    for (const key of this.#stock(kind).objects.keys()) noted.add(key);
  }

  #note(kind: Kind, key: string): void {
    this.#noted(kind).add(key);
  }

  #noted(kind: Kind): Set<string> {
    this.#stock(kind).revision += 1;
    const noted = this.#changed.get(kind) ?? new Set<string>();
    this.#changed.set(kind, noted);
    return noted;
  }

  #stock(kind: Kind): Stock {
    const stock = this.#stocks.get(kind);
    if (stock === undefined) throw new Error(`${kind.kind} is not one of the kinds`);
    return stock;
  }
}

function isSame(left: unknown, right: unknown): boolean {
  return left !== undefined && JSON.stringify(left) === JSON.stringify(right);
}
