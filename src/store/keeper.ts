/** Keeps the store open: the only way to it for the reconciler, so that trouble is named in one place and heals by itself. */
import { type Trouble, bugTrouble } from "../trouble.ts";
import { openMemoryStore, openStore, setAsideDamaged, type StoreOptions } from "./open.ts";
import type { Store } from "./store.ts";
import { StoreTroubleError, explainStoreError, isDamage } from "./trouble.ts";

export interface KeeperOptions {
  readonly open: () => Store;
  /** Called with the store each time it was opened. */
  readonly opened?: ((store: Store) => void) | undefined;
  readonly explain: (error: unknown) => StoreTroubleError;
}

export class StoreKeeper implements Disposable {
  readonly #options: KeeperOptions;
  #store: Store | undefined;
  #trouble: Trouble | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /**
   * A keeper of the store in a state folder.
   *
   * @param options - where it lies
   * @param opened - called each time it was opened, also after damage was mended
   */
  static ofFolder(options: StoreOptions, opened?: (store: Store) => void): StoreKeeper {
    return new StoreKeeper({
      open: () => openStore(options),
      opened,
      explain: (error) =>
        isDamage(error) ? setAsideDamaged(options, error) : explainStoreError(error, options.folder),
    });
  }

  /** A keeper of a store in memory, for a run that must leave no trace. */
  static inMemory(opened?: (store: Store) => void): StoreKeeper {
    const explain = (error: unknown): never => {
      throw error;
    };
    return new StoreKeeper({ open: () => openMemoryStore(), opened, explain });
  }

  /** Why the store cannot be used, or be written, from the first failure until {@link heal} finds it well. */
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  /**
   * Does some work on the store, opening it first when it is not open.
   *
   * @throws StoreTroubleError when the store cannot be used; errors of the work that are not the store's as they come
   */
  use<Result>(work: (store: Store) => Result): Result {
    const store = this.#openedOrTrouble();
    try {
      return work(store);
    } catch (error) {
      throw this.#remember(error);
    }
  }

  /**
   * Ends the trouble if there is none any more. Reading proves nothing, since a full disk can be read.
   *
   * @throws StoreTroubleError when the store still cannot be opened or written
   */
  heal(): void {
    if (this.#trouble === undefined) return;
    this.use((store) => store.proveWritable());
    this.#trouble = undefined;
  }

  [Symbol.dispose](): void {
    this.#store?.[Symbol.dispose]();
    this.#store = undefined;
  }

  /** Whatever keeps it from being opened is its trouble: without it nothing works, so not even a bug may pass for less. */
  #openedOrTrouble(): Store {
    try {
      return this.#opened();
    } catch (error) {
      throw this.#rememberFailedOpening(error);
    }
  }

  #rememberFailedOpening(error: unknown): StoreTroubleError {
    try {
      return this.#remember(error);
    } catch (bug) {
      const trouble = bugTrouble("The saved records could not be opened", bug);
      this.#trouble = trouble;
      return new StoreTroubleError(trouble, bug);
    }
  }

  #opened(): Store {
    if (this.#store !== undefined) return this.#store;
    const store = this.#options.open();
    try {
      this.#options.opened?.(store);
    } catch (error) {
      // What is to be done each time must not be left out for good because the disk was full the first time.
      store[Symbol.dispose]();
      throw error;
    }
    this.#store = store;
    return store;
  }

  #remember(error: unknown): StoreTroubleError {
    // What a healthy store refuses, such as too many records, is no trouble of the store.
    if (error instanceof StoreTroubleError && this.#store !== undefined) return error;
    if (isDamage(error)) this.#close();
    const explained = this.#options.explain(error);
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
