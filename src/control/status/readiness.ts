/** Why the server is not ready: a token that cannot be used, saved records that cannot be used, a sink that could not be written, or a start that has not come so far. */
import type { ReconcilerState } from "../../engine/reconciler-port.ts";
import { type Trouble, toTrouble } from "../../base/trouble.ts";
import type { AdminToken } from "../../contract/token.ts";

type ReadinessState = Pick<ReconcilerState, "ready" | "storeTrouble" | "viewTrouble" | "sinks" | "reports">;

/** Why the server is not ready; `sink` is the id of the sink that the trouble is about. */
type ReadinessReason = Trouble & { readonly sink?: string };

/**
 * Finds the reasons.
 *
 * @returns the gravest first; none when it is ready
 */
export function reasonsNotReady(
  state: ReadinessState,
  adminToken: AdminToken = { kind: "none" },
): readonly ReadinessReason[] {
  const ofToken = adminToken.kind === "unusable" ? [toTrouble(adminToken.trouble)] : [];
  return [...ofToken, ...reasonsOf(state)];
}

function reasonsOf(state: ReadinessState): readonly ReadinessReason[] {
  if (state.ready) return [];
  const own = [state.storeTrouble, state.viewTrouble].flatMap((trouble) => (trouble ? [toTrouble(trouble)] : []));
  const ofSinks = [...state.reports].flatMap(([sink, report]) =>
    report.ok ? [] : [{ ...toTrouble(report.trouble), sink }],
  );
  const reasons = [...own, ...ofSinks];
  return reasons.length === 0 ? [starting(state)] : reasons;
}

function starting({ sinks, reports }: ReadinessState): Trouble {
  const titles = sinks.filter(({ id }) => !reports.has(id)).map(({ title }) => `the ${title}`);
  const list = new Intl.ListFormat("en-GB").format(titles);
  return {
    code: "server-starting",
    message: `The names have not been written to ${list} since the start.`,
    hint: "It is being done. Ask again in a moment.",
  };
}
