/** The managed domains as zones: which names exist in them, and which node answers for a name (RFC 1034 section 4.3.2, RFC 4592). */
import type { ManagedDomain } from "./managed-domain.ts";
import { parseDNSName, toALabels } from "./name.ts";
import { type Steps, forEachInSteps } from "../base/steps.ts";
import { teamRefusals } from "./team-refusal.ts";
import { type NotShown, type View, type ViewEntry, emptyView } from "./view.ts";

/** A name that exists in a zone. */
export interface ZoneNode {
  /** The zone that it is in; names of a domain within another are in the inner one alone. */
  readonly zone: ManagedDomain;
  /** What is shown of it. An empty non-terminal (RFC 4592 section 2.2.2) has none, nor may the apex. */
  readonly entry: ViewEntry | undefined;
  /** Whether it exists although nothing of it can be shown: a record is stored under it. */
  readonly isStored: boolean;
}

/** What answers for a name in one of the zones. */
export interface Match {
  readonly zone: ManagedDomain;
  /** The node that answers, which is a wildcard if it is not the name itself; undefined where the name does not exist. */
  readonly owner: string | undefined;
  /** What is shown of that node. */
  readonly entry: ViewEntry | undefined;
}

interface Node extends ZoneNode {
  entry: ViewEntry | undefined;
  isStored: boolean;
  readonly isApex: boolean;
  /** Nodes right below it. */
  below: number;
}

type Shown = Pick<View, "entries" | "notShown" | "domains">;

/** Where no sink could show a name of the cluster, the name exists all the same; these say that it does not. */
const foreign: ReadonlySet<NotShown["reason"]> = new Set([
  "not-managed",
  "not-a-host-name",
  "taken-by-other-cluster",
  // What a team may not say must not make a name exist either, nor hide it from a wildcard.
  "team-shadowed",
  ...teamRefusals,
] satisfies readonly NotShown["reason"][]);

export class Zones {
  readonly domains: readonly ManagedDomain[];
  readonly #nodes = new Map<string, Node>();
  #shown: Shown;
  #stored: ReadonlySet<string> = new Set();
  #changes = 0;

  /** @param domains - the managed domains, each of which is a zone; no name exists yet but each apex */
  constructor(domains: readonly ManagedDomain[]) {
    this.domains = domains;
    this.#shown = { ...emptyView, domains };
    // The outer ones first, so that the apex of an inner one makes the names between exist in the outer one.
    const byDepth = domains.toSorted((left, right) => left.split(".").length - right.split(".").length);
    for (const domain of byDepth) this.#add(domain, domain);
  }

  /** Number of changes so far: where it is the same, so is every answer. */
  get changes(): number {
    return this.#changes;
  }

  /**
   * Finds what answers for a name. A wildcard covers names below the closest encloser that exists, at any depth; it covers
   * no name that exists, nothing below such a name, and nothing in an inner zone.
   *
   * @param name - in lower case, without trailing dot
   * @returns undefined for a name outside all zones
   */
  find(name: string): Match | undefined {
    const exact = this.#nodes.get(name);
    if (exact !== undefined) return { zone: exact.zone, owner: name, entry: exact.entry };
    for (const ancestor of ancestorsOf(name)) {
      const encloser = this.#nodes.get(ancestor);
      if (encloser === undefined) continue;
      const owner = `*.${ancestor}`;
      const wildcard = this.#nodes.get(owner);
      return { zone: encloser.zone, owner: wildcard && owner, entry: wildcard?.entry };
    }
    return undefined;
  }

  /** What exists under exactly this name. */
  node(name: string): ZoneNode | undefined {
    return this.#nodes.get(name);
  }

  /** Every name that exists, in no order. */
  nodes(): Iterable<readonly [name: string, node: ZoneNode]> {
    return this.#nodes;
  }

  /**
   * Takes over a view of the same domains, at a cost that grows with what changed. Questions in between find each name as
   * it was or as it will be.
   */
  *updateInSteps(view: Shown): Steps<void> {
    yield* forEachInSteps(changesBetween(this.#shown.entries, view.entries), ([before, after]) => {
      if (after !== undefined) this.#set(after.name, { entry: after });
      else if (before !== undefined) this.#set(before.name, { entry: undefined });
    });
    if (view.notShown !== this.#shown.notShown) yield* this.#updateStored(view.notShown);
    this.#shown = view;
  }

  *#updateStored(notShown: readonly NotShown[]): Steps<void> {
    const stored = new Set<string>();
    yield* forEachInSteps(notShown, ({ name, reason }) => {
      const dnsName = foreign.has(reason) ? undefined : parseDNSName(name);
      const spelled = dnsName && toALabels(dnsName);
      if (spelled !== undefined) stored.add(spelled);
    });
    yield* forEachInSteps(this.#stored, (name) => stored.has(name) || this.#set(name, { isStored: false }));
    yield* forEachInSteps(stored, (name) => this.#stored.has(name) || this.#set(name, { isStored: true }));
    this.#stored = stored;
  }

  #set(name: string, change: Partial<Pick<Node, "entry" | "isStored">>): void {
    const node = this.#nodes.get(name) ?? this.#add(name);
    if (node === undefined) return;
    this.#changes += 1;
    Object.assign(node, change);
    this.#prune(name, node);
  }

  /** Adds a node, and those above it up to the first that exists. */
  #add(name: string, apexOf?: ManagedDomain): Node | undefined {
    const missing = [name];
    let encloser: Node | undefined;
    for (const ancestor of ancestorsOf(name)) {
      encloser = this.#nodes.get(ancestor);
      if (encloser !== undefined) break;
      missing.push(ancestor);
    }
    const zone = encloser?.zone ?? apexOf;
    if (zone === undefined) return undefined;
    const isInner = encloser !== undefined;
    let node: Node | undefined;
    for (const each of isInner ? missing.toReversed() : [name]) {
      const isApex = each === name && apexOf !== undefined;
      if (encloser !== undefined) encloser.below += 1;
      node = { zone: isApex ? apexOf : zone, entry: undefined, isStored: false, isApex, below: 0 };
      this.#nodes.set(each, node);
      encloser = node;
    }
    return node;
  }

  /** Takes out a node that no longer exists, and those above it that existed for it alone. */
  #prune(name: string, node: Node): void {
    const [parentName] = ancestorsOf(name);
    if (node.entry !== undefined || node.isStored || node.isApex || node.below > 0) return;
    this.#nodes.delete(name);
    const parent = parentName === undefined ? undefined : this.#nodes.get(parentName);
    if (parentName === undefined || parent === undefined) return;
    parent.below -= 1;
    this.#prune(parentName, parent);
  }
}

/**
 * Makes the zones of a view.
 *
 * @param before - zones of an earlier view, which are changed where the domains are the same; nothing else may change them
 */
export function* zonesInSteps(view: Shown, before?: Zones): Steps<Zones> {
  const isSame = before !== undefined && before.domains.join() === view.domains.join();
  const zones = isSame ? before : new Zones(view.domains);
  yield* zones.updateInSteps(view);
  return zones;
}

/** The names above a name, the nearest first. */
export function* ancestorsOf(name: string): Generator<string, undefined> {
  for (let dot = name.indexOf("."); dot !== -1; dot = name.indexOf(".", dot + 1)) yield name.slice(dot + 1);
  return undefined;
}

/** The entries that differ between two sorted lists: before, after, or both where the name stays. */
function* changesBetween(
  before: readonly ViewEntry[],
  after: readonly ViewEntry[],
): Generator<readonly [ViewEntry | undefined, ViewEntry | undefined]> {
  let [left, right] = [0, 0];
  while (left < before.length || right < after.length) {
    const gone = before[left];
    const come = after[right];
    const order = gone === come ? 0 : compare(gone, come);
    if (order <= 0) left += 1;
    if (order >= 0) right += 1;
    if (gone !== come) yield [order <= 0 ? gone : undefined, order >= 0 ? come : undefined];
  }
}

/** What is not there comes after everything. */
function compare(left: ViewEntry | undefined, right: ViewEntry | undefined): number {
  if (left === undefined) return 1;
  if (right === undefined) return -1;
  if (left.name === right.name) return 0;
  return left.name < right.name ? -1 : 1;
}
