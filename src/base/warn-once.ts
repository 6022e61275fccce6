/** Limits how often a warning is repeated, and how many of a kind are given, so that callers that retry for ever cannot fill the log. */
import type { EventFields, Log } from "./log.ts";

/** Milliseconds after which the same warning is given again. */
const quietFor = 600_000;

/** Warnings of one kind that are given within that time. The others are counted. */
const mostSaid = 20;

/** One warning. */
export interface Warning {
  /** What it is about, in the plural; warnings are counted for each kind. */
  readonly kind: string;
  /** What tells it from others of its kind; a warning is given once for each. */
  readonly key: string;
  readonly fields: EventFields;
  readonly message: string;
}

export type WarnOnce = (warning: Warning) => void;

/** What was said and not said of a kind since its first warning. */
interface Period {
  readonly since: number;
  readonly said: Set<string>;
  unsaid: number;
}

/**
 * Makes a warning that is written once per key in a period of ten minutes, which begins with the first of its kind. Of one
 * kind, 20 are written in that time; the rest are counted, and one line tells their number when the time is over.
 *
 * @param options - the log, and the time in milliseconds since 1970
 */
export function createWarnOnce({ log, now }: { readonly log: Log; readonly now: () => number }): WarnOnce {
  const periods = new Map<string, Period>();
  const sumUp = (kind: string): void => {
    const { unsaid = 0 } = periods.get(kind) ?? {};
    periods.delete(kind);
    if (unsaid === 0) return;
    const fields = { code: "warnings-left-out", kind, count: unsaid };
    log.warn(fields, `${unsaid} more warnings about ${kind} came within ten minutes and are not listed.`);
  };
  return ({ kind, key, fields, message }) => {
    const at = now();
    if (Math.abs(at - (periods.get(kind)?.since ?? at)) >= quietFor) sumUp(kind);
    const period = periods.get(kind) ?? { since: at, said: new Set(), unsaid: 0 };
    periods.set(kind, period);
    if (period.said.has(key)) return;
    if (period.said.size < mostSaid) {
      period.said.add(key);
      log.warn(fields, message);
      return;
    }
    period.unsaid++;
    // Nobody else may come to see the time over.
    if (period.unsaid === 1) setTimeout(() => periods.get(kind) === period && sumUp(kind), quietFor).unref();
  };
}
