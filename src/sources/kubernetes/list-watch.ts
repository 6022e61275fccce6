/** Follows the objects of one kind in one cluster. Every npm informer loses events or stops for good, so this one is ours. */
import { AnswerError, type RelistReason, describeEnd, readText, refusalOf } from "./answer.ts";
import { readLines } from "./lines.ts";
import { type ListLimits, type ListOptions, listObjects } from "./list.ts";
import { type KubernetesObject, keyOf, parseObject, parseStatus } from "./object.ts";
import type { Clock, Backoff } from "./backoff.ts";
import { parseJSON } from "../../base/json.ts";

/** What happened to the objects, each under its key `namespace/name`. */
type ListWatchEvent<Item> =
  | { readonly kind: "replace"; readonly items: ReadonlyMap<string, Item> }
  | { readonly kind: "change"; readonly key: string; readonly item: Item }
  | { readonly kind: "remove"; readonly key: string };

export type ListWatchState =
  | { readonly phase: "listing" }
  | { readonly phase: "live" }
  | {
      readonly phase: "waiting";
      readonly reason: RelistReason;
      readonly message: string;
      /** Whether the list came, and only the watch did not. */
      readonly isListed: boolean;
    };

interface ListWatchOptions<Item> extends Omit<ListOptions<Item>, "limits"> {
  readonly clock: Clock;
  readonly retry: Backoff;
  readonly onState: (state: ListWatchState) => void;
  readonly limits?: ListWatchLimits;
}

export interface ListWatchLimits extends ListLimits {
  /** Milliseconds that a watch must have lasted to count as one that worked. */
  readonly steady: number;
  /** Seconds after which the API server is asked to end a watch, at least and at most. */
  readonly duration: readonly [least: number, most: number];
}

const usualLimits: ListWatchLimits = {
  page: 1_000,
  list: 120_000,
  silence: 130_000,
  steady: 5_000,
  duration: [300, 600],
};

/** Milliseconds between lists where a watch is forbidden. */
export const unwatchedInterval = 30_000;

/**
 * Lists and watches until the signal aborts. No resourceVersion outlives its connection: whenever a watch ends, for
 * whatever reason, the objects are listed again. A version that has expired, one that the server does not know since the
 * cluster was made anew, and an event that got lost are then all the same case. An answer that is incomplete, or does
 * not come from the API, is never taken for a list.
 */
export async function* listAndWatch<Item>(options: ListWatchOptions<Item>): AsyncGenerator<ListWatchEvent<Item>> {
  const { clock, retry, signal, onState, limits = usualLimits } = options;
  while (!signal.aborted) {
    let openedAt: number | undefined;
    let isListed = false;
    let failure: unknown;
    onState({ phase: "listing" });
    try {
      const { version, items } = await listObjects({ ...options, limits });
      isListed = true;
      yield { kind: "replace", items };
      const lines = await openWatch(options, version);
      openedAt = clock.now();
      onState({ phase: "live" });
      for await (const line of lines) {
        const event = readEvent(line, options.read);
        if (event !== undefined) yield event;
      }
    } catch (error) {
      failure = error;
    }
    if (signal.aborted) return;
    const { reason, message, least } = describeEnd(failure);
    const isSteady = openedAt !== undefined && clock.now() - openedAt >= limits.steady;
    if (isSteady) retry.succeeded();
    if (isSteady && failure === undefined) continue;
    onState({ phase: "waiting", reason, message, isListed });
    // Who may list and not watch gets a list now and then.
    const isUnwatched = isListed && reason === "forbidden";
    if (isUnwatched) retry.succeeded();
    await retry.wait(signal, isUnwatched ? unwatchedInterval : least);
  }
}

async function openWatch<Item>(options: ListWatchOptions<Item>, version: string): Promise<AsyncGenerator<string>> {
  const { path, accept, transport, signal, clock, limits = usualLimits } = options;
  const [least, most] = limits.duration;
  const query = new URLSearchParams({
    watch: "1",
    allowWatchBookmarks: "true",
    resourceVersion: version,
    timeoutSeconds: String(Math.round(least + clock.random() * (most - least))),
  });
  const { silence } = limits;
  const answer = await transport({
    path: `${path}?${query.toString()}`,
    silence,
    signal,
    ...(accept !== undefined && { accept }),
  });
  if (answer.status === 200) return readLines(answer.chunks);
  throw refusalOf(answer.status, await readText(answer.chunks), answer.retryAfter);
}

/** Undefined for a bookmark, which says only that the connection lives. */
function readEvent<Item>(line: string, read: (object: KubernetesObject) => Item): ListWatchEvent<Item> | undefined {
  const event = parseJSON(line) as { type?: unknown; object?: unknown } | null | undefined;
  if (event?.type === "BOOKMARK") return undefined;
  if (event?.type === "ERROR") throw errorEvent(event.object);
  const object = parseObject(event?.object);
  if (object === undefined) throw new AnswerError("unreadable", "an event of the watch cannot be read");
  if (event?.type === "DELETED") return { kind: "remove", key: keyOf(object) };
  return { kind: "change", key: keyOf(object), item: read(object) };
}

function errorEvent(object: unknown): AnswerError {
  const { code, message } = parseStatus(object);
  return new AnswerError(code === 410 ? "expired" : "error-event", `${code}: ${message}`);
}
