/** Whether a source is alive, from when it last called: one rule for status, page, doctor and dtk. */

/** ExternalDNS's own default of `--interval`, in milliseconds (pkg/apis/externaldns/types.go, MinInterval). */
export const defaultInterval = 60_000;

/** The interval that dtk sets, in milliseconds. */
export const desktopInterval = 2000;

/** Milliseconds between two reports of a watcher to which nothing happens. */
export const reportInterval = 30_000;

/** Calls that may be missing before a source counts as silent. */
const missedCalls = 3;

/** Milliseconds that one slow call may take. */
const slowCall = 60_000;

/** `unheard` when it never called; `silence` is in milliseconds. */
type Liveness =
  | { readonly kind: "unheard" }
  | { readonly kind: "alive"; readonly silence: number }
  | { readonly kind: "silent"; readonly silence: number };

/**
 * Judges when a source last called. It calls once each interval, so several missing calls mean that it has stopped or
 * is cut off.
 *
 * @param lastHeard - ISO 8601, as the status has it; null or undefined when it never called
 * @param interval - milliseconds between two calls; where they are not known, {@link defaultInterval}
 * @param now - milliseconds since 1970
 */
export function liveness(lastHeard: string | null | undefined, interval: number, now: number): Liveness {
  const silence = now - Date.parse(lastHeard ?? "");
  if (Number.isNaN(silence)) return { kind: "unheard" };
  return { kind: silence < shortestSilence(interval) ? "alive" : "silent", silence };
}

/** Milliseconds without a call from which a source counts as silent. */
export function shortestSilence(interval: number): number {
  return missedCalls * interval + slowCall;
}

/** Whether a source called lately, as {@link liveness} judges it. */
export function isAlive(lastHeard: string | null | undefined, interval: number, now: number): boolean {
  return liveness(lastHeard, interval, now).kind === "alive";
}
