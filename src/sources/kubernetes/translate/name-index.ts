/** The endpoints of one cluster by name, so that one changed object among thousands costs no more than its own names. */
import type { Endpoint } from "../../../records/endpoint.ts";
import type { Translation } from "./kind.ts";
import { mergeTranslations } from "./merge.ts";

/** What one object asks for under one name. */
type Share = Pick<Translation, "endpoints" | "withoutTarget">;

/** Names of one object with what it asks for under each. */
type Shares = ReadonlyMap<string, Share>;

/** What all objects of one cluster ask for. */
export class NameIndex {
  readonly #byObject = new Map<string, Shares>();
  readonly #byName = new Map<string, Map<string, Share>>();

  /**
   * Takes what an object asks for now; undefined when it is gone.
   *
   * @param object - tells the object from all others of the cluster, as `labels.resource` does
   * @returns the names that it asks for or asked for before: only their endpoints can be others now
   */
  put(object: string, translation: Share | undefined): ReadonlySet<string> {
    const before = this.#byObject.get(object) ?? new Map<string, Share>();
    const now = translation === undefined ? new Map<string, Share>() : sharesOf(translation);
    if (now.size === 0) this.#byObject.delete(object);
    else this.#byObject.set(object, now);
    for (const name of before.keys()) this.#forget(name, object);
    for (const [name, share] of now) this.#remember(name, object, share);
    return new Set([...before.keys(), ...now.keys()]);
  }

  /** The merged endpoints of a name; empty when nobody asks for it. */
  endpointsOf(name: string): readonly Endpoint[] {
    return mergeTranslations(this.#byName.get(name)?.values() ?? []);
  }

  /** Every name that is asked for. */
  names(): IterableIterator<string> {
    return this.#byName.keys();
  }

  #remember(name: string, object: string, share: Share): void {
    const shares = this.#byName.get(name) ?? new Map<string, Share>();
    this.#byName.set(name, shares.set(object, share));
  }

  #forget(name: string, object: string): void {
    const shares = this.#byName.get(name);
    shares?.delete(object);
    if (shares?.size === 0) this.#byName.delete(name);
  }
}

function sharesOf({ endpoints, withoutTarget }: Share): Shares {
  const pointing = Map.groupBy(endpoints, ({ dnsName }) => dnsName ?? "");
  const standing = Map.groupBy(withoutTarget, ({ dnsName }) => dnsName ?? "");
  const names = new Set([...pointing.keys(), ...standing.keys()]);
  return new Map(
    [...names].map((name) => [name, { endpoints: pointing.get(name) ?? [], withoutTarget: standing.get(name) ?? [] }]),
  );
}
