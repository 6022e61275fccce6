/** Does the watcher of each watched cluster run? Without it names stay as they were, and new ones do not come. */
import { renderCommand } from "../../base/shell.ts";
import { explainEnded, watchCommand } from "../../contract/watch-trouble.ts";
import { type WatchedCluster, isRunning, watchedClusters, watcherOf } from "../../contract/watched-cluster.ts";
import { findWatchers } from "../../service/watcher.ts";
import { type Check, type Desktop, type Finding, findingOf, ok } from "../check.ts";

export const watcherRuns: Check = {
  id: "watcher-runs",
  title: "The watcher runs",
  needs: ["server-answers"],
  run: async ({ status, platform }) => lookAtRunning(watchedClusters(await status()), platform),
};

/** Looks which of the watchers are services, and judges them. */
export async function lookAtRunning(
  clusters: readonly WatchedCluster[],
  platform: Desktop["platform"],
): Promise<readonly Finding[]> {
  const installed = clusters.every(isRunning) ? [] : await findWatchers(platform);
  return judgeRunning(clusters, { installed: new Set(installed.map(({ name }) => name)), platform, now: Date.now() });
}

/** Judges the watchers, each with all its clusters. */
export function judgeRunning(
  clusters: readonly WatchedCluster[],
  given: {
    /** The users whose watcher is a service. */
    readonly installed: ReadonlySet<string>;
    readonly platform: Pick<Desktop["platform"], "services">;
    /** Milliseconds since 1970. */
    readonly now: number;
  },
): readonly Finding[] {
  if (clusters.length === 0) return [ok("No cluster is watched.")];
  const { ofUsers } = given.platform.services;
  const start = (user: string | null): string =>
    user !== null && given.installed.has(user) && ofUsers !== undefined
      ? renderCommand(ofUsers.startByHand)
      : watchCommand;
  return [
    ...explainEnded(clusters, given.now, start).map((trouble) => findingOf(trouble, "problem")),
    ...clusters.filter(isRunning).map((each) => ok(`${watcherOf(each)} follows ${each.name}.`)),
  ];
}
