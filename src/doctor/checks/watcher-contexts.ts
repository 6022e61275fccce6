/** Does the API server of each watched cluster answer the watcher, and let it in? */
import type { Status } from "../../contract/status.ts";
import { explainIncomplete, explainState } from "../../contract/watch-trouble.ts";
import { type WatchedCluster, isRunning, watchedClusters, watcherOf } from "../../contract/watched-cluster.ts";
import { type Check, type Finding, findingOf, ok } from "../check.ts";

export const watcherContexts: Check = {
  id: "watcher-contexts",
  title: "The watcher gets at its clusters",
  needs: ["server-answers"],
  run: async ({ status }) => {
    const known = await status();
    return judgeContexts(watchedClusters(known).filter(isRunning), known?.watchers ?? [], Date.now());
  },
};

/**
 * Judges clusters whose watchers run, and the contexts of which nothing can be made.
 *
 * @param now - milliseconds since 1970
 */
export function judgeContexts(
  clusters: readonly WatchedCluster[],
  watchers: NonNullable<Status["watchers"]>,
  now: number,
): readonly Finding[] {
  const findings = [
    ...clusters.map((cluster) => judgeContext(cluster, now)),
    ...explainIncomplete(watchers).map((trouble) => findingOf(trouble)),
  ];
  return findings.length > 0 ? findings : [ok("No watcher runs, so no context is in use.")];
}

function judgeContext(cluster: WatchedCluster, now: number): Finding {
  const trouble = explainState(cluster, now);
  if (trouble !== undefined) return findingOf(trouble);
  const { state, context } = cluster.watch;
  const of = context === null ? cluster.name : `${cluster.name}, context ${context}`;
  return ok(
    state === "live" ? `${watcherOf(cluster)} follows ${of} live.` : `${watcherOf(cluster)} is about to follow ${of}.`,
  );
}
