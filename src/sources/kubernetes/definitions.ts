/** Follows which custom resources a cluster has, so that a kind that is installed later is watched as well. */
import { type ListWatchState, listAndWatch } from "./list-watch.ts";
import { type Clock, Backoff } from "./backoff.ts";
import type { KubernetesObject } from "./object.ts";
import type { Kind } from "./translate/kind.ts";
import type { Transport } from "./transport.ts";

const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Names without schemas, which are most of a definition (kubernetes.io, API concepts, metadata-only fetches). */
const metadataAlone = [
  "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
  "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
  "application/json",
].join(",");

/** Milliseconds after which a list that the API server cannot give is done without. */
const stuckAfter = 10_000;

/** Milliseconds between looks at what is served, where the definitions may not be read. */
const blindInterval = 60_000;

interface DefinitionsOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The API server does not take the credentials, as it says. */
  readonly onUnauthorized: (message: string) => void;
}

/** The custom resources of one cluster, followed until the signal aborts. */
export class Definitions {
  /** Resolves when they have been listed, or cannot be. */
  readonly first: Promise<void>;
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  readonly #retry: Backoff;
  #names: Set<string> | undefined;
  #changed = new AbortController();

  constructor(options: DefinitionsOptions) {
    this.#signal = options.signal;
    this.#clock = options.clock;
    this.#retry = new Backoff(options.clock);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.first = promise;
    options.signal.addEventListener("abort", () => resolve(), { once: true });
    // The connection may have been given up while it was opened: then no event comes any more.
    if (options.signal.aborted) resolve();
    void this.#follow(options, resolve);
  }

  /** Whether they may be read. */
  get isReadable(): boolean {
    return this.#names !== undefined;
  }

  /** Whether a kind is defined; undefined where definitions may not be read. */
  has({ group, resource }: Pick<Kind, "group" | "resource">): boolean | undefined {
    return this.#names?.has(`${resource}.${group}`);
  }

  /** Resolves at the next change; where there is none to see, after a minute. */
  async nextLook(): Promise<void> {
    this.#changed = new AbortController();
    const signal = AbortSignal.any([this.#signal, this.#changed.signal]);
    await this.#clock.sleep(this.isReadable ? 2 ** 31 - 1 : blindInterval, signal);
  }

  /** What is served is to be looked at again, whatever the definitions say. */
  lookAgain(): void {
    this.#changed.abort();
  }

  /** The next try is worth it at once. */
  hurry(): void {
    this.#retry.hurry();
  }

  async #follow(options: DefinitionsOptions, listed: () => void): Promise<void> {
    const since = options.clock.now();
    const onState = (state: ListWatchState): void => {
      if (state.phase !== "waiting") return;
      if (state.reason === "unauthorized") options.onUnauthorized(state.message);
      // Some API servers have no definitions at all, or cannot say them.
      const isStuck = state.reason === "refused" && options.clock.now() - since > stuckAfter;
      const isWithout = state.reason === "forbidden" || state.reason === "not-found" || isStuck;
      if (!isWithout || state.isListed) return;
      this.#names = undefined;
      listed();
    };
    const retry = this.#retry;
    const read = ({ metadata }: KubernetesObject): string => metadata.name;
    const events = listAndWatch({ ...options, path, accept: metadataAlone, retry, read, onState });
    for await (const event of events) {
      if (event.kind === "replace") this.#names = new Set(event.items.values());
      else if (event.kind === "change") this.#names?.add(event.item);
      else this.#names?.delete(event.key);
      listed();
      this.lookAgain();
    }
  }
}
