/** Says each thing once within a while, so that a caller that tries for ever cannot fill the log. */
import type { EventFields, Log } from "./log.ts";

/** Milliseconds after which the same thing is said again. */
const quietFor = 600_000;
const mostRemembered = 1000;

export type WarnOnce = (key: string, fields: EventFields, message: string) => void;

/**
 * Makes a warning that is written once per key within ten minutes.
 *
 * @param options - the log, and the time in milliseconds since 1970
 */
export function createWarnOnce({ log, now }: { readonly log: Log; readonly now: () => number }): WarnOnce {
  const saidAt = new Map<string, number>();
  return (key, fields, message) => {
    const at = now();
    const last = saidAt.get(key);
    if (last !== undefined && at - last < quietFor) return;
    saidAt.delete(key);
    saidAt.set(key, at);
    for (const oldest of saidAt.keys()) {
      if (saidAt.size <= mostRemembered) break;
      saidAt.delete(oldest);
    }
    log.warn(fields, message);
  };
}
