/** One watch of etcd as a sequence of news, which ends at etcd when nobody reads it any more. */
import type { ClientDuplexStream } from "@grpc/grpc-js";
import { CallError, type EtcdConnection, type Method } from "./connection.ts";
import { type CallStatus, codes, explainStatus } from "./failure.ts";
import { headerOf, itemOf } from "./header.ts";
import { type Event, WatchRequest, WatchResponse } from "./messages.ts";
import type { EtcdEvent, WatchNews } from "./model.ts";

interface WatchOptions {
  readonly key: Buffer;
  readonly rangeEnd: Buffer;
  readonly from: bigint;
  /** Milliseconds that the login may take. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

const method: Method<WatchRequest, WatchResponse> = {
  path: "/etcdserverpb.Watch/Watch",
  request: WatchRequest,
  response: WatchResponse,
};

/** Opens a watch and tells its news until it ends. It ends without a word when it is aborted. */
export async function* watchKeys(
  connection: EtcdConnection,
  { key, rangeEnd, from, timeout, signal }: WatchOptions,
): AsyncGenerator<WatchNews, void> {
  let opened: Awaited<ReturnType<typeof connection.stream<WatchRequest, WatchResponse>>>;
  try {
    opened = await connection.stream(method, timeout);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    yield { kind: "broken", failure: explainStatus(error.status, error.place) };
    return;
  }
  const { stream, place, leave } = opened;
  using _ending = endWith(stream, signal);
  const createRequest = { key, rangeEnd, startRevision: from, progressNotify: true };
  stream.write({ requestUnion: { $case: "createRequest", createRequest } });
  try {
    for await (const response of stream as AsyncIterable<WatchResponse>) {
      const news = newsOf(response, place);
      if (news !== undefined) yield news;
      if (response.canceled) return;
    }
    yield broken({ code: codes.unavailable, details: "it closed the watch" }, place, leave);
  } catch (error) {
    if (!signal.aborted) yield broken(statusOf(error), place, leave);
  }
}

/** A stream that is closed in halves stays open at etcd, so it is cancelled. What it throws then is nobody's concern. */
function endWith(stream: ClientDuplexStream<WatchRequest, WatchResponse>, signal: AbortSignal): Disposable {
  const cancel = (): void => stream.cancel();
  stream.on("error", () => undefined);
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  return {
    [Symbol.dispose]: () => {
      signal.removeEventListener("abort", cancel);
      cancel();
    },
  };
}

function broken(status: CallStatus, place: string, leave: (status: CallStatus) => void): WatchNews {
  leave(status);
  return { kind: "broken", failure: explainStatus(status, place) };
}

function statusOf(error: unknown): CallStatus {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "number") throw error;
  return { code: error.code, details: "details" in error ? String(error.details) : error.message };
}

function newsOf(response: WatchResponse, place: string): WatchNews | undefined {
  const { created, canceled, compactRevision, cancelReason, events } = response;
  if (canceled && compactRevision > 0n) return { kind: "compacted", revision: compactRevision };
  if (canceled) {
    const code = /permission denied/i.test(cancelReason) ? codes.permissionDenied : codes.failedPrecondition;
    return { kind: "refused", failure: explainStatus({ code, details: cancelReason }, place) };
  }
  const header = headerOf(response.header);
  if (created) return { kind: "created", header };
  return events.length > 0 ? { kind: "events", header, events: events.map(eventOf) } : { kind: "bookmark", header };
}

function eventOf({ type, kv }: Event): EtcdEvent {
  if (kv === undefined) throw new TypeError("an event without a key");
  if (type === 1) return { kind: "delete", key: kv.key.toString(), modRevision: kv.modRevision };
  const item = itemOf(kv);
  return { kind: "put", key: item.key, modRevision: item.modRevision, item };
}
