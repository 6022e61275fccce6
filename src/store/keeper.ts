/** Keeps the store open: the only way to it for the reconciler, so that trouble is named in one place and heals by itself. */
import type { Trouble } from "../trouble.ts";
import { openStore, setAsideDamaged, type StoreOptions } from "./open.ts";
import type { Store } from "./store.ts";
import { StoreTroubleError, explainStoreError, isDamage } from "./trouble.ts";

export class StoreKeeper implements Disposable {
  readonly #open: () => Store;
  readonly #explain: (error: unknown) => StoreTroubleError;
  #store: Store | undefined;
  #trouble: Trouble | undefined;

  constructor(options: { readonly open: () => Store; readonly explain: (error: unknown) => StoreTroubleError }) {
    this.#open = options.open;
    this.#explain = options.explain;
  }

  /** A keeper of the store in a state folder. */
  static ofFolder(options: StoreOptions): StoreKeeper {
    return new StoreKeeper({
      open: () => openStore(options),
      explain: (error) =>
        isDamage(error) ? setAsideDamaged(options, error) : explainStoreError(error, options.folder),
    });
  }

  /** Why the store could not be used the last time, undefined when it could. */
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  /**
   * Does some work on the store, opening it first when it is not open.
   *
   * @throws StoreTroubleError when the store cannot be used; errors of the work that are not the store's as they come
   */
  use<Result>(work: (store: Store) => Result): Result {
    try {
      this.#store ??= this.#open();
      const result = work(this.#store);
      this.#trouble = undefined;
      return result;
    } catch (error) {
      throw this.#remember(error);
    }
  }

  [Symbol.dispose](): void {
    this.#store?.[Symbol.dispose]();
    this.#store = undefined;
  }

  #remember(error: unknown): StoreTroubleError {
    // What a healthy store refuses, such as too many records, is no trouble of the store.
    if (error instanceof StoreTroubleError && this.#store !== undefined) return error;
    if (isDamage(error)) this.#close();
    const explained = this.#explain(error);
    this.#trouble = explained.trouble;
    return explained;
  }

  #close(): void {
    try {
      this[Symbol.dispose]();
    } catch {
      // A damaged database may refuse its last write; it is set aside all the same.
      this.#store = undefined;
    }
  }
}
