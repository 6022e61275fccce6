/** Why the server is not ready: saved records that cannot be used, a hosts file that could not be written, or a start that has not come so far. */
import type { ReconcilerState } from "../reconciler.ts";
import type { Trouble } from "../trouble.ts";

/**
 * Finds the reasons.
 *
 * @returns the gravest first; none when it is ready
 */
export function reasonsNotReady(
  state: Pick<ReconcilerState, "ready" | "storeTrouble" | "viewTrouble" | "reports">,
): Trouble[] {
  if (state.ready) return [];
  const troubles = [...state.reports.values()].map((report) => (report.ok ? undefined : report.trouble));
  const reasons = [state.storeTrouble, state.viewTrouble, ...troubles].filter((trouble) => trouble !== undefined);
  return (reasons.length === 0 ? [starting] : reasons).map(({ code, message, hint }) => ({ code, message, hint }));
}

const starting: Trouble = {
  code: "server-starting",
  message: "The hosts file has not been brought in step since the start.",
  hint: "It is being done; ask again in a moment.",
};
