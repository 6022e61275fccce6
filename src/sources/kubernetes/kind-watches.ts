/** Which kinds of a cluster are followed, in which version and where, and what becomes of a kind that the cluster refuses. */
import type { Clock } from "./backoff.ts";
import type { ClusterModel, Scope } from "./cluster-model.ts";
import type { Definitions } from "./definitions.ts";
import { type KindWatch, type WatchActivity, watchKind } from "./kind-watch.ts";
import type { ListWatchState } from "./list-watch.ts";
import type { ServedKinds } from "./served-kinds.ts";
import type { Kind } from "./translate/kind.ts";
import type { Transport } from "./transport.ts";

export interface KindWatchesOptions {
  readonly kinds: readonly Kind[];
  /** Namespaces to watch; none means all. */
  readonly namespaces: readonly string[];
  /** The context's own namespace, which is watched alone where the rights end there. */
  readonly ownNamespace: string | undefined;
  readonly model: ClusterModel;
  readonly clock: Clock;
  /** The model has changed. */
  readonly onChange: () => void;
  /** Told once of each thing that may not be read. */
  readonly onForbidden: (forbidden: Forbidden) => void;
  readonly onActivity: (activity: WatchActivity) => void;
}

/** What may not be read. */
export interface Forbidden {
  readonly resource: string;
  readonly scope: Scope;
  readonly message: string;
  /** Whether the objects may be listed, and only not be watched. */
  readonly isListed: boolean;
}

/** One connection to the cluster. */
export interface WatchedLink {
  readonly transport: Transport;
  readonly definitions: Definitions;
  /** Says whether this still is the same cluster. */
  readonly verify: () => Promise<boolean>;
  /** A watch was lost: the cluster may be another one from now on. */
  readonly onLost: () => void;
  /** The API server does not take the credentials, as it says. */
  readonly onUnauthorized: (message: string) => void;
}

type WaitingState = ListWatchState & { readonly phase: "waiting" };

type Watched = Pick<KindWatch, "kind" | "version" | "scopes"> & { readonly link: WatchedLink };

/** A kind in one scope, by way of one connection, since some time. */
interface WatchedScope extends Omit<Watched, "scopes"> {
  readonly scope: Scope;
  readonly since: number;
}

/** Milliseconds after which the other kinds no longer wait for one whose list the API server cannot give. */
const stuckAfter = 10_000;

export class KindWatches {
  readonly #options: KindWatchesOptions;
  readonly #watches = new Map<Kind, KindWatch>();
  /** What was refused and told, so that it is told once. */
  readonly #refusals = new Set<string>();

  constructor(options: KindWatchesOptions) {
    this.#options = options;
  }

  get list(): readonly KindWatch[] {
    return [...this.#watches.values()];
  }

  /** The next tries are worth it at once. */
  hurry(): void {
    for (const watch of this.#watches.values()) watch.hurry();
  }

  /** Ends every watch. What is known stays. */
  end(): void {
    for (const watch of this.#watches.values()) watch[Symbol.dispose]();
    this.#watches.clear();
  }

  /** Follows what is served, and no more what is not. */
  apply({ versions, uncertain }: ServedKinds, link: WatchedLink): void {
    const { kinds, model, onChange } = this.#options;
    for (const kind of kinds) {
      const version = versions.get(kind);
      const watch = this.#watches.get(kind);
      if (version === watch?.version && version !== undefined) continue;
      // While an API server starts, it may not know its custom resources yet. Their definitions tell.
      const isMissing = version === undefined && (uncertain.has(kind) || link.definitions.has(kind) === true);
      if (isMissing && watch !== undefined) continue;
      watch?.[Symbol.dispose]();
      this.#watches.delete(kind);
      if (version !== undefined) this.#watch({ kind, version, scopes: this.#scopesOf(kind), link });
      else if (isMissing) model.expect(kind, [""]);
      else model.setAbsent(kind);
    }
    onChange();
  }

  #scopesOf({ namespaced }: Kind): readonly Scope[] {
    const { namespaces } = this.#options;
    return namespaced && namespaces.length > 0 ? namespaces : [""];
  }

  #watch(watched: Watched): void {
    const { kind, version, scopes, link } = watched;
    const { model, clock, onChange, onActivity } = this.#options;
    const since = clock.now();
    const watch = watchKind({
      kind,
      version,
      scopes,
      transport: link.transport,
      model,
      clock,
      verify: link.verify,
      onChange,
      onActivity,
      onState: (state, scope) => {
        if (state.phase === "waiting") this.#noteWaiting(state, { kind, version, link, scope, since });
      },
    });
    this.#watches.set(kind, watch);
  }

  #noteWaiting(state: WaitingState, watched: WatchedScope): void {
    const { reason, message, isListed } = state;
    const { kind, scope, link, since } = watched;
    const { model, clock, onChange } = this.#options;
    if (reason === "unauthorized") return link.onUnauthorized(message);
    if (reason === "forbidden") return this.#noteForbidden(state, watched);
    // Its definition may be gone, or serve another version from now on.
    if (reason === "not-found") link.definitions.lookAgain();
    link.onLost();
    const isStuck = reason === "refused" || reason === "unreadable";
    if (isStuck && !isListed && clock.now() - since > stuckAfter) model.setRefused(kind, scope);
    onChange();
  }

  #noteForbidden({ message, isListed }: WaitingState, { kind, version, scope, link }: WatchedScope): void {
    const { model, ownNamespace, onChange, onForbidden } = this.#options;
    const isNew = !this.#refusals.has(message);
    this.#refusals.add(message);
    if (isNew) onForbidden({ resource: kind.resource, scope, message, isListed });
    if (isListed) return;
    const isNarrowed = scope === "" && kind.namespaced && ownNamespace !== undefined;
    if (!isNarrowed) model.setRefused(kind, scope);
    else {
      this.#watches.get(kind)?.[Symbol.dispose]();
      this.#watch({ kind, version, link, scopes: [ownNamespace] });
    }
    onChange();
  }
}
