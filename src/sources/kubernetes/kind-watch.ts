/** Follows one kind of one cluster in its scopes, and tells the model. */
import { type ListWatchState, listAndWatch } from "./list-watch.ts";
import type { RelistReason } from "./answer.ts";
import type { ClusterModel, Scope } from "./cluster-model.ts";
import { type Clock, Backoff } from "./backoff.ts";
import { pathOfKind } from "./served-kinds.ts";
import type { Kind } from "./translate/kind.ts";
import { keepFields } from "./translate/keep-fields.ts";
import type { Transport } from "./transport.ts";

interface KindWatchOptions {
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
  readonly onActivity: (activity: WatchActivity) => void;
}

/** What happens while a cluster is followed, to be counted; `state` says only that something is different. */
export type WatchActivity =
  | { readonly kind: "event"; readonly of: string }
  | { readonly kind: "relist"; readonly reason: RelistReason }
  | { readonly kind: "state" };

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
        const reason = reasonToList(states.get(scope), state);
        states.set(scope, state);
        if (reason !== undefined) options.onActivity({ kind: "relist", reason });
        options.onActivity({ kind: "state" });
        options.onState(state, scope);
      },
    });
    for await (const event of events) {
      const isSame = event.kind !== "replace" || (await options.verify());
      if (!isSame || stop.signal.aborted) return;
      lastEventAt = Date.now();
      options.onActivity(event.kind === "replace" ? { kind: "state" } : { kind: "event", of: kind.kind });
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

/** A watch that the API server ended well is listed anew without a wait. */
function reasonToList(before: ListWatchState | undefined, state: ListWatchState): RelistReason | undefined {
  if (state.phase === "waiting") return state.reason;
  return state.phase === "listing" && before?.phase === "live" ? "ended" : undefined;
}

function worstOf(states: readonly ListWatchState[]): ListWatchState {
  const find = (phase: ListWatchState["phase"]): ListWatchState | undefined =>
    states.find((state) => state.phase === phase);
  return find("waiting") ?? find("listing") ?? find("live") ?? { phase: "listing" };
}
