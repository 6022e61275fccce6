/** Follows one kind of one cluster in its scopes, and tells the model. */
import { type ListWatchState, listAndWatch } from "./list-watch.ts";
import type { ClusterModel, Scope } from "./cluster-model.ts";
import { type Clock, Backoff } from "./backoff.ts";
import { pathOfKind } from "./served-kinds.ts";
import type { Kind } from "./translate/kind.ts";
import { keepFields } from "./translate/keep-fields.ts";
import type { Transport } from "./transport.ts";

export interface KindWatchOptions {
  readonly kind: Kind;
  readonly version: string;
  /** Namespaces, or one that is empty for the whole cluster. */
  readonly scopes: readonly Scope[];
  readonly model: ClusterModel;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Says whether this still is the same cluster; a whole list counts only then. */
  readonly verify: () => Promise<boolean>;
  /** The model has changed. */
  readonly onChange: () => void;
  readonly onState: (state: ListWatchState, scope: Scope) => void;
}

export interface KindWatch extends Disposable {
  readonly kind: Kind;
  readonly version: string;
  readonly scopes: readonly Scope[];
  /** The state of the scope that is worst off. */
  readonly state: () => ListWatchState;
  /** Milliseconds since 1970 of the last event. */
  readonly lastEventAt: () => number | undefined;
  readonly hurry: () => void;
}

/** Starts to follow; disposing of it ends that, and leaves in the model what is known. */
export function watchKind(options: KindWatchOptions): KindWatch {
  const { kind, version, scopes, model, clock } = options;
  const stop = new AbortController();
  const states = new Map<Scope, ListWatchState>();
  const retries = scopes.map(() => new Backoff(clock));
  let lastEventAt: number | undefined;
  model.expect(kind, scopes);
  const follow = async (scope: Scope, retry: Backoff): Promise<void> => {
    const events = listAndWatch({
      path: pathOfKind(kind, version, scope),
      read: (object) => keepFields(kind, object),
      transport: options.transport,
      clock,
      retry,
      signal: stop.signal,
      onState: (state) => {
        if (stop.signal.aborted) return;
        states.set(scope, state);
        options.onState(state, scope);
      },
    });
    for await (const event of events) {
      const isSame = event.kind !== "replace" || (await options.verify());
      if (!isSame || stop.signal.aborted) return;
      lastEventAt = Date.now();
      if (event.kind === "replace") model.replace(kind, scope, event.items);
      else if (event.kind === "change") model.change(kind, event.key, event.item);
      else model.remove(kind, event.key);
      options.onChange();
    }
  };
  for (const [index, scope] of scopes.entries()) void follow(scope, retries[index] ?? new Backoff(clock));
  return {
    kind,
    version,
    scopes,
    state: () => worstOf([...states.values()]),
    lastEventAt: () => lastEventAt,
    hurry: () => retries.forEach((retry) => retry.hurry()),
    [Symbol.dispose]: () => stop.abort(),
  };
}

function worstOf(states: readonly ListWatchState[]): ListWatchState {
  const find = (phase: ListWatchState["phase"]): ListWatchState | undefined =>
    states.find((state) => state.phase === phase);
  return find("waiting") ?? find("listing") ?? find("live") ?? { phase: "listing" };
}
