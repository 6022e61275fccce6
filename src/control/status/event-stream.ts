/** `GET /events`: the status as server-sent events (HTML Standard, section 9.2), bounded, and over when the server stops. */
import { createHash } from "node:crypto";
import type { Context } from "hono";
import { printableJSON } from "../../base/printable.ts";
import { answerJSON } from "../../http/answer.ts";
import type { HTTPEnvironment } from "../../http/environment.ts";
import type { StatusSignal } from "./status-signal.ts";
import type { Status } from "../../contract/status.ts";

/** Streams of all callers together; half of the connections that one address may hold. */
export const maxStreams = 32;

interface EventStreamOptions {
  readonly changes: StatusSignal;
  readonly status: () => Status;
}

/** Names what a status says, so that a page knows whether it shows it already. A clock that goes on does not count as a change. */
export function revisionOf(status: Status): string {
  const text = JSON.stringify(status, (key, value: unknown) => (key === "silentSeconds" ? undefined : value));
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}

/**
 * Makes what answers `GET /events`. A stream begins with the status. It has another event whenever the status has
 * changed, and a comment while it has not, as a sign of life.
 */
export function createEventStream(options: EventStreamOptions): (context: Context<HTTPEnvironment>) => Response {
  const open = new Set<object>();
  return (context) => {
    if (open.size >= maxStreams || options.changes.ended.aborted) {
      context.header("retry-after", "5");
      return answerJSON(context, { error: "Too many event streams at one time, or the server stops." }, 503);
    }
    return context.body(streamStatus({ ...options, cut: context.env.cut, open }), 200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      // Its end is announced from the start, so nobody sends another request after it.
      connection: "close",
    });
  };
}

/**
 * What is sent is worked out when the reader has taken what came before, so a slow one skips what is over and makes
 * nothing pile up. A stream counts from its first read on, since the answer to a HEAD has none.
 */
function streamStatus(
  known: EventStreamOptions & { readonly cut: (() => void) | undefined; readonly open: Set<object> },
): ReadableStream<Uint8Array> {
  const { changes, status, cut, open } = known;
  const encoder = new TextEncoder();
  const reader = { isWaiting: false };
  let [seen, sent] = [-1, ""];
  const begin = (): void => {
    open.add(reader);
    changes.ended.addEventListener("abort", end);
  };
  const over = (): void => {
    open.delete(reader);
    changes.ended.removeEventListener("abort", end);
  };
  // Bytes that a reader does not take would hold up the end of the server.
  const end = (): void => {
    if (!reader.isWaiting) cut?.();
  };
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    if (sent === "") begin();
    reader.isWaiting = true;
    await changes.next(seen);
    reader.isWaiting = false;
    if (!open.has(reader)) return;
    if (changes.ended.aborted) {
      over();
      controller.close();
      return;
    }
    seen = changes.count;
    const event = renderEvent(status(), sent);
    sent = event.revision;
    controller.enqueue(encoder.encode(event.text));
  };
  return new ReadableStream({ pull, cancel: over }, { highWaterMark: 0 });
}

function renderEvent(status: Status, sent: string): { readonly revision: string; readonly text: string } {
  const revision = revisionOf(status);
  if (revision === sent) return { revision, text: ": nothing has changed\n\n" };
  const first = sent === "" ? "retry: 2000\n" : "";
  return { revision, text: `${first}id: ${revision}\nevent: status\ndata: ${printableJSON(status)}\n\n` };
}
