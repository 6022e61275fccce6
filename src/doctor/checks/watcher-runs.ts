/** Does the watcher of each watched cluster run? Without it names stay as they were, and new ones do not come. */
import { renderCommand } from "../../base/shell.ts";
import { findWatchers } from "../../service/watcher.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { type WatchedCluster, isRunning, watchedClusters, watcherOf } from "../looks/watched.ts";

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
  return judgeRunning(clusters, new Set(installed.map(({ name }) => name)), platform);
}

/**
 * Judges the watchers, each with all its clusters.
 *
 * @param installed - the users whose watcher is a service
 */
export function judgeRunning(
  clusters: readonly WatchedCluster[],
  installed: ReadonlySet<string>,
  { services: { ofUsers } }: Desktop["platform"],
): readonly Finding[] {
  if (clusters.length === 0) return [ok("No cluster is watched.")];
  const byUser = Map.groupBy(clusters, ({ watch }) => watch.user);
  return [...byUser.entries()].flatMap(([user, ofUser]): readonly Finding[] => {
    const silent = ofUser.filter((cluster) => !isRunning(cluster));
    const [first] = silent;
    if (first === undefined) return ofUser.map((each) => ok(`${watcherOf(each)} follows ${each.name}.`));
    const names = silent.map(({ name }) => name).join(", ");
    const isService = user !== null && installed.has(user) && ofUsers !== undefined;
    const finding: Finding = {
      grade: "problem",
      code: "watch-not-running",
      message: `${watcherOf(first)} followed ${names}, and does not run any more: names stay as they were, and no new one comes.`,
      hint: `Start it again${user === null ? "" : ` as ${user}`}, without sudo:`,
      command: isService ? renderCommand(ofUsers.startByHand) : "hostsfile-server watch",
    };
    return [finding];
  });
}
