/** Forgets a cluster with all that is kept of it, in the store and beside it. */
import type { Log } from "../log.ts";
import type { ClusterName } from "../records/cluster.ts";
import type { Outcome, ReconcilerPort } from "../reconciler.ts";
import type { LeftOutMemory } from "../webhook/left-out.ts";

/** Forgets one cluster; the reason, if there is one, ends the sentence in the log. */
export type Forget = (cluster: ClusterName, reason?: string) => Promise<Outcome>;

/** Makes the function that forgets. */
export function makeForget({
  reconciler,
  leftOut,
  log,
}: {
  readonly reconciler: ReconcilerPort;
  readonly leftOut: LeftOutMemory;
  readonly log: Log;
}): Forget {
  return async (cluster, reason) => {
    const outcome = await reconciler.change((store) => store.forget(cluster));
    if (!outcome.ok && !outcome.stored) return outcome;
    leftOut.forget(cluster);
    const why = reason === undefined ? "" : `: ${reason}`;
    log.info(
      { code: "cluster-forgotten", cluster },
      `Cluster ${cluster} is forgotten, with its records and settings${why}.`,
    );
    return outcome;
  };
}
