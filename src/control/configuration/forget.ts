/** Forgets a cluster with all that is kept of it, in the store and beside it. */
import type { Log } from "../../base/log.ts";
import type { ClusterName } from "../../records/cluster.ts";
import type { Outcome, ReconcilerPort } from "../../engine/reconciler-port.ts";
import { readIfPossible } from "../../engine/read-if-possible.ts";
import type { LeftOutMemory } from "../../engine/left-out.ts";

/** Forgets one cluster; the reason, if there is one, ends the sentence in the log. */
export type Forget = (cluster: ClusterName, reason?: string) => Promise<Outcome>;

/**
 * Forgets every cluster, and takes the lines away whatever the store's trouble is.
 *
 * @returns the names that were forgotten, and how it ended
 */
export async function forgetAll({
  reconciler,
  leftOut,
  log,
}: ForgetOptions): Promise<{ readonly clusters: readonly ClusterName[]; readonly outcome: Outcome }> {
  const clusters = namesOf(reconciler);
  const outcome = await reconciler.clear();
  if (!outcome.ok && !outcome.stored) return { clusters: [], outcome };
  for (const cluster of clusters) leftOut.forget(cluster);
  log.info({ code: "cluster-forgotten", clusters }, "Every cluster is forgotten, with records and settings.");
  return { clusters, outcome };
}

function namesOf(reconciler: ReconcilerPort): readonly ClusterName[] {
  return readIfPossible(reconciler, (store) => [...store.clusters()].map(({ name }) => name)) ?? [];
}

interface ForgetOptions {
  readonly reconciler: ReconcilerPort;
  readonly leftOut: LeftOutMemory;
  readonly log: Log;
}

/** Makes the function that forgets. */
export function makeForget({ reconciler, leftOut, log }: ForgetOptions): Forget {
  return async (cluster, reason) => {
    const outcome = await reconciler.changeInSteps((store) => store.forgetInSteps(cluster));
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
