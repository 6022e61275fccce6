/** Why the server is not ready: a token that cannot be used, saved records that cannot be used, a hosts file that could not be written, or a start that has not come so far. */
import type { ReconcilerState } from "../../engine/reconciler.ts";
import { type Trouble, toTrouble } from "../../base/trouble.ts";
import type { AdminToken } from "../../contract/token.ts";

/**
 * Finds the reasons.
 *
 * @returns the gravest first; none when it is ready
 */
export function reasonsNotReady(
  state: Pick<ReconcilerState, "ready" | "storeTrouble" | "viewTrouble" | "reports">,
  adminToken: AdminToken = { kind: "none" },
): Trouble[] {
  const ofToken = adminToken.kind === "unusable" ? [adminToken.trouble] : [];
  return [...ofToken, ...reasonsOf(state)].map(toTrouble);
}

function reasonsOf(
  state: Pick<ReconcilerState, "ready" | "storeTrouble" | "viewTrouble" | "reports">,
): readonly Trouble[] {
  if (state.ready) return [];
  const troubles = [...state.reports.values()].map((report) => (report.ok ? undefined : report.trouble));
  const reasons = [state.storeTrouble, state.viewTrouble, ...troubles].filter((trouble) => trouble !== undefined);
  return reasons.length === 0 ? [starting] : reasons;
}

const starting: Trouble = {
  code: "server-starting",
  message: "The hosts file has not been brought in step since the start.",
  hint: "It is being done; ask again in a moment.",
};
