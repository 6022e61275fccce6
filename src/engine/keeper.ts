/** Keeps the store open: the only way to it for the reconciler, so that trouble is named in one place and ends automatically. */
import { type Position, covers } from "../records/position.ts";
import { type Trouble, bugTrouble, toTrouble } from "../base/trouble.ts";
import type { Steps } from "../base/steps.ts";
import type { Store } from "./store.ts";
import { StoreTroubleError } from "./store-trouble.ts";

interface KeeperOptions {
  /** Gets how far the store had come when this process had it open last. */
  readonly open: (last: Position | undefined) => Store;
  /** Called with the store each time it was opened. */
  readonly opened?: ((store: Store) => void) | undefined;
  /** Whether an error means that what is stored is wrong, so that the store must be closed before it is explained. */
  readonly isDamage: (error: unknown) => boolean;
  /** Says what an error means to a user, and sets aside what is damaged; throws an error that is a bug again. */
  readonly explain: (error: unknown) => StoreTroubleError;
}

/** Milliseconds after the first change until the log is emptied. */
const untilRest = 1_000;

export class StoreKeeper implements Disposable {
  readonly #options: KeeperOptions;
  #store: Store | undefined;
  #trouble: Trouble | undefined;
  #last: Position | undefined;
  #rest: NodeJS.Timeout | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Why the store cannot be used, or be written, from the first failure until {@link heal} finds it well. */
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  /** How far the store has come; undefined while it is not open. */
  get position(): Position | undefined {
    return this.#store?.position;
  }

  /** Whether the files that are open are not those at their paths any more, which the next use finds out. */
  get isMoved(): boolean {
    return this.#store?.isInPlace() === false;
  }

  /** Lets go what this process knows of a store that it cannot use, since the user wants it no more. */
  disown(): void {
    if (this.#store === undefined) this.#last = undefined;
  }

  /**
   * Makes sure that a loss would be noticed: what is shown names the position, or everything is in the database.
   *
   * @param position - up to which that must hold
   * @param shown - what is shown says where it came from, undefined when nothing does
   * @throws StoreTroubleError when the store cannot be used or is not at its place any more
   */
  secure(position: Position, shown: Position | undefined): void {
    this.use((store) => {
      if (shown === undefined || !covers(shown, position)) store.checkpoint();
    });
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
    } finally {
      this.#restLater();
    }
  }

  /** Does what {@link use} does with work in steps. */
  *useInSteps<Result>(work: (store: Store) => Steps<Result>): Steps<Result> {
    const store = this.#openedOrTrouble();
    try {
      return yield* work(store);
    } catch (error) {
      // Somebody who read meanwhile found it damaged or moved, and it was closed under this work.
      if (this.#store !== store) throw new StoreTroubleError(this.#trouble ?? closed, error);
      throw this.#remember(error);
    } finally {
      this.#restLater();
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
    clearTimeout(this.#rest);
    this.#rest = undefined;
    this.#last = this.#store?.position ?? this.#last;
    this.#store?.[Symbol.dispose]();
    this.#store = undefined;
  }

  #restLater(): void {
    if (this.#store?.isLogged !== true || this.#rest !== undefined) return;
    this.#rest = setTimeout(() => this.#atRest(), untilRest).unref();
  }

  /** A failure loses nothing: everything is in the log, and the next change finds out. */
  #atRest(): void {
    this.#rest = undefined;
    try {
      if (this.#store?.isInPlace() === true) this.#store.checkpoint();
    } catch {
      this.#restLater();
    }
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
    // What was written where no path leads any more is lost with it.
    if (this.isMoved) this.#close();
    if (this.#store !== undefined) return this.#store;
    const store = this.#options.open(this.#last);
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
    // What a healthy store refuses, such as too many records, is not a trouble of the store.
    if (error instanceof StoreTroubleError && this.#store !== undefined) return error;
    if (this.#options.isDamage(error)) this.#close();
    const explained = this.#options.explain(error);
    this.#trouble = toTrouble(explained);
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

const closed: Trouble = {
  code: "state-unavailable",
  message: "The saved records were closed while a change was under way, so it is not stored.",
  hint: "The server keeps retrying.",
};
