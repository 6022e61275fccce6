/** The keys of the projection that may not have the value that is wanted, as little as can be looked at anew. */
import type { TeamStore } from "./team-store.ts";

export class Suspects {
  /** All of them, with the revision at which somebody changed each last, as far as that is known. */
  readonly #keys = new Map<string, bigint>();
  /** Those of which the view wants something else than before. */
  readonly #ofView = new Set<string>();
  /** Those that have to be right before the work that is under way is done. */
  #open = new Set<string>();

  /** Takes keys of which something else is wanted than before. */
  note(keys: Iterable<string>): void {
    for (const key of keys) {
      this.#keys.set(key, this.#keys.get(key) ?? 0n);
      this.#ofView.add(key);
    }
  }

  /** Begins a work that is about every key that differs now. */
  begin(store: TeamStore): void {
    for (const [key, revision] of store.publishedKeys.takeTouched()) this.#keys.set(key, revision);
    for (const key of this.#keys.keys()) this.#look(store, key);
    this.#open = new Set(this.#keys.keys());
  }

  /** Whether each key that differed at the beginning has been right since. */
  areClear(store: TeamStore): boolean {
    for (const [key, revision] of store.publishedKeys.takeTouched()) {
      this.#keys.set(key, revision);
      this.#look(store, key);
    }
    return this.#open.size === 0;
  }

  /** The keys that differed at the beginning and have not been right since, in order. */
  open(): readonly string[] {
    return [...this.#open].toSorted();
  }

  /** Whether some of the open keys was changed after a revision. */
  isLaterThan(revision: bigint): boolean {
    for (const key of this.#open) if ((this.#keys.get(key) ?? 0n) > revision) return true;
    return false;
  }

  /** Whether something else is wanted of a key than what was published; else somebody changed it. */
  isOfView(key: string): boolean {
    return this.#ofView.has(key);
  }

  #look(store: TeamStore, key: string): void {
    if (store.published(key)?.text !== store.projection.wanted.get(key)) return;
    for (const keys of [this.#keys, this.#ofView, this.#open]) keys.delete(key);
  }
}
