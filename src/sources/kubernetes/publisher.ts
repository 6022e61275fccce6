/** Keeps the server's records of one cluster equal to what the cluster asks for, over lost requests and restarts. */
import { setImmediate as turn } from "node:timers/promises";
import { type Changes, type Endpoint, keyText, recordKey } from "../../records/endpoint.ts";
import { Backoff, type Clock } from "./backoff.ts";

/** What the publisher asks of the server, for one cluster. */
export interface RecordsPort {
  /** The records of this feed. */
  readonly read: () => Promise<readonly Endpoint[]>;
  /** Resolves when the change is stored and shown. */
  readonly change: (changes: Changes) => Promise<void>;
}

interface PublisherOptions {
  readonly records: RecordsPort;
  /** What the server should have, by {@link keyText}. */
  readonly wanted: () => ReadonlyMap<string, Endpoint>;
  /** Whether a record that was never wanted may go: not while its kind has not been listed. */
  readonly mayRemove: (endpoint: Endpoint) => boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told when the server is up to date, with the milliseconds since the oldest of the changes. */
  readonly onPublished: (changes: Changes, milliseconds: number) => void;
  readonly onFailure: (error: unknown) => void;
}

/** Milliseconds between two looks at all of the server's records, which may have been lost or restored. */
const interval = 30_000;

const waits = { first: 50, most: 2_000, mostLater: 2_000, later: 0 } as const;

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #retry: Backoff;
  readonly #changed = new Set<string>();
  /** What was wanted before, and may go for sure when it is not any more. */
  readonly #wantedBefore = new Set<string>();
  /** What the server has; undefined when that is not known. */
  #known: Map<string, Endpoint> | undefined;
  #wake: AbortController = new AbortController();
  #changedAt: number | undefined;
  #readAt = 0;
  #isBusy = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#retry = new Backoff(options.clock, waits);
  }

  /** Whether the server is known to have what is wanted. */
  get isIdle(): boolean {
    return this.#known !== undefined && this.#changed.size === 0 && !this.#isBusy;
  }

  /** These records changed. */
  publish(keys: Iterable<string>): void {
    for (const key of keys) this.#changed.add(key);
    if (this.#changed.size === 0) return;
    this.#changedAt ??= this.#options.clock.now();
    this.#wake.abort();
  }

  /** Looks at every record again: those that could not be removed before perhaps can now. */
  review(): void {
    this.publish([...(this.#known?.keys() ?? []), ...this.#options.wanted().keys()]);
    if (this.#known === undefined) this.#wake.abort();
  }

  /** The server may be back. */
  hurry(): void {
    this.#retry.hurry();
  }

  /** Publishes until the signal aborts: one request at a time, which carries all changes since the one before. */
  async run(): Promise<void> {
    const { clock, signal, onFailure } = this.#options;
    while (!signal.aborted) {
      this.#isBusy = true;
      try {
        await this.#publishOnce();
        this.#retry.succeeded();
      } catch (error) {
        this.#known = undefined;
        if (signal.aborted) return;
        onFailure(error);
        await this.#retry.wait(signal);
        continue;
      } finally {
        this.#isBusy = false;
      }
      if (this.#changed.size > 0) continue;
      await clock.sleep(interval, AbortSignal.any([signal, this.#wake.signal]));
      // All that one turn of the event loop brings goes in one request.
      await turn();
      if (clock.now() - this.#readAt >= interval) this.#known = undefined;
    }
  }

  async #publishOnce(): Promise<void> {
    const { records, wanted, clock, onPublished } = this.#options;
    this.#wake = new AbortController();
    if (this.#known === undefined) {
      const stored = await records.read();
      this.#readAt = clock.now();
      this.#known = new Map(stored.map((endpoint) => [keyText(recordKey(endpoint)), endpoint]));
      for (const key of [...this.#known.keys(), ...wanted().keys()]) this.#changed.add(key);
    }
    const since = this.#changedAt ?? clock.now();
    const keys = [...this.#changed];
    this.#changed.clear();
    this.#changedAt = undefined;
    const changes = this.#compare(keys, this.#known);
    try {
      if (!isEmpty(changes)) await records.change(changes);
    } catch (error) {
      this.#changedAt = since;
      throw error;
    }
    this.#note(changes, this.#known);
    onPublished(changes, clock.now() - since);
  }

  #compare(keys: readonly string[], known: ReadonlyMap<string, Endpoint>): Changes {
    const { wanted, mayRemove } = this.#options;
    const changes = {
      create: [] as Endpoint[],
      updateOld: [] as Endpoint[],
      updateNew: [] as Endpoint[],
      delete: [] as Endpoint[],
    };
    for (const key of keys) {
      const [want, have] = [wanted().get(key), known.get(key)];
      if (want !== undefined) this.#wantedBefore.add(key);
      if (want === undefined) {
        if (have !== undefined && (this.#wantedBefore.has(key) || mayRemove(have))) changes.delete.push(have);
      } else if (have === undefined) changes.create.push(want);
      else if (!isEqual(want, have)) {
        changes.updateOld.push(have);
        changes.updateNew.push(want);
      }
    }
    return changes;
  }

  #note(changes: Changes, known: Map<string, Endpoint>): void {
    for (const endpoint of changes.delete) {
      known.delete(keyText(recordKey(endpoint)));
      this.#wantedBefore.delete(keyText(recordKey(endpoint)));
    }
    for (const endpoint of [...changes.create, ...changes.updateNew]) known.set(keyText(recordKey(endpoint)), endpoint);
  }
}

/** Whether nothing changes. */
export function isEmpty(changes: Changes): boolean {
  return changes.create.length + changes.updateNew.length + changes.delete.length === 0;
}

function isEqual(left: Endpoint, right: Endpoint): boolean {
  return left === right || JSON.stringify(substanceOf(left)) === JSON.stringify(substanceOf(right));
}

function substanceOf({ targets, labels }: Endpoint): unknown {
  return [targets ?? [], labels?.["resource"]];
}
