/** Several listeners of the loop as one: each hears what it wants to hear. */
import type { ReconcilerListener } from "../engine/reconciler-port.ts";

/** Tells each of them in their order. */
export function listenTogether(...listeners: readonly Partial<ReconcilerListener>[]): ReconcilerListener {
  return {
    shown: (event) => listeners.forEach((listener) => listener.shown?.(event)),
    settled: (event) => listeners.forEach((listener) => listener.settled?.(event)),
    storeTrouble: (trouble, cause) => listeners.forEach((listener) => listener.storeTrouble?.(trouble, cause)),
    viewTrouble: (trouble, cause) => listeners.forEach((listener) => listener.viewTrouble?.(trouble, cause)),
  };
}
