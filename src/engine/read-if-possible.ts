/** Reads from the store for those who can go on without it. */
import type { ReconcilerPort } from "./reconciler-port.ts";
import type { ReadableStore } from "./store.ts";
import { StoreTroubleError } from "./store-trouble.ts";

/**
 * Reads from the store.
 *
 * @returns what the work returns; undefined while the store cannot be used, which the reconciler reports
 */
export function readIfPossible<Result>(
  reconciler: Pick<ReconcilerPort, "read">,
  work: (store: ReadableStore) => Result,
): Result | undefined {
  try {
    return reconciler.read(work);
  } catch (error) {
    if (error instanceof StoreTroubleError) return undefined;
    throw error;
  }
}
