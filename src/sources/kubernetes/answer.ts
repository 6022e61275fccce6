/** What an API server may answer instead of what was asked for, and why the objects are listed anew then. */
import { messageOf } from "../../base/errors.ts";
import { parseStatus } from "./object.ts";
import { SilenceError } from "./transport.ts";
import type { relistReasons } from "../../contract/watcher.ts";
import { parseJSON } from "../../base/json.ts";

/** Why the objects are listed anew. */
export type RelistReason = (typeof relistReasons)[number];

/** An answer that came and cannot be used. */
export class AnswerError extends Error {
  readonly reason: RelistReason;
  /** Milliseconds to wait at least. */
  readonly least: number;

  constructor(reason: RelistReason, message: string, least = 0) {
    super(message);
    this.name = "AnswerError";
    this.reason = reason;
    this.least = least;
  }
}

const reasonOfStatus: Readonly<Record<number, RelistReason>> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not-found",
  410: "expired",
};

/** Milliseconds. What waits for a program that is being installed is asked for slowly, what waits for a person more so. */
const slowly = 1_000;
const verySlowly = 5_000;

/** The error for a status other than 200. */
export function refusalOf(status: number, text: string, retryAfter = 0): AnswerError {
  const reason = reasonOfStatus[status] ?? "refused";
  const { message } = parseStatus(parseJSON(text));
  const usual = status === 403 ? verySlowly : slowly;
  const least = Math.max(retryAfter * 1_000, status === 410 ? 0 : usual);
  return new AnswerError(reason, message === "" ? `the API server answered ${status}` : message, least);
}

/** Why a watch ended; without an error the server ended it. */
export function describeEnd(error: unknown): Omit<AnswerError, "name" | "cause" | "stack"> {
  if (error === undefined) return { reason: "ended", message: "the API server ended the watch", least: 0 };
  if (error instanceof AnswerError) return error;
  const message = describeCause(error);
  if (error instanceof SilenceError) return { reason: "silent", message, least: 0 };
  return { reason: "disconnected", message, least: 0 };
}

/** Of a host with several addresses each try has a reason of its own. */
function describeCause(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(describeCause))].join("; ");
  return messageOf(error);
}

/** Bytes of one answer to a list. */
const largestPage = 512 * 1024 * 1024;

/** Reads a whole body. */
export async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size > largestPage) throw new AnswerError("unreadable", "the list is too large");
  }
  return Buffer.concat(parts).toString("utf8");
}
