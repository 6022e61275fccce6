/** The steps of a trace that are the watcher's: does it see the resource that asks for the name, and has it handed the name in? */
import { formatAge } from "../../base/age.ts";
import { watchedClusterPath } from "../../contract/paths.ts";
import { rightsAdvice } from "../../contract/watch-trouble.ts";
import { type WatchedCluster, isRunning, watcherOf } from "../../contract/watched-cluster.ts";
import { type Desktop, type Finding, ok } from "../check.ts";
import { judgeContexts } from "../checks/watcher-contexts.ts";
import { lookAtRunning } from "../checks/watcher-runs.ts";
import { judgeRefusals } from "../checks/watcher-token.ts";
import type { NameSource } from "../looks/name-source.ts";
import { hasName } from "../looks/stored.ts";
import { lookAtWatched } from "../looks/watched.ts";

/** The cluster where a watcher feeds it; a cluster that does not answer was named by the step before. */
export async function watchedOf(desktop: Desktop): Promise<WatchedCluster | undefined> {
  return desktop.once(lookAtWatched).catch(() => undefined);
}

/** Looks whether the watcher follows what asks for the name. */
export async function seen(desktop: Desktop, sources: readonly NameSource[]): Promise<readonly Finding[]> {
  const watched = await watchedOf(desktop);
  if (watched === undefined) return [ok("No watcher feeds the cluster that the kubeconfig names.")];
  if (!isRunning(watched)) return lookAtRunning([watched], desktop.platform);
  return judgeSeen(watched, sources, Date.now());
}

/**
 * Judges by the watcher's last report.
 *
 * @param now - milliseconds since 1970
 */
export function judgeSeen(watched: WatchedCluster, sources: readonly NameSource[], now: number): readonly Finding[] {
  const { kinds, state } = watched.watch;
  const [first] = sources;
  if (first === undefined || kinds.length === 0 || (state !== "live" && state !== "listing")) {
    return judgeContexts([watched], [], now);
  }
  const found = kinds.find(({ kind, group }) => kind === first.kind && group === first.group);
  const of = `${first.kind} ${first.path}`;
  const who = watcherOf(watched);
  const [namespace = ""] = first.path.split("/");
  if (found?.state === "forbidden") {
    const message = `${who} does not see the ${of}: it may not read ${first.kind} of ${watched.name}.`;
    return [{ grade: "problem", code: "watch-forbidden", message, ...rightsAdvice(watched.watch.context) }];
  }
  if (found === undefined || (found.namespaces.length > 0 && !found.namespaces.includes(namespace))) {
    const part = found === undefined ? "no such kind" : `only the namespaces ${found.namespaces.join(", ")}`;
    const message = `${who} does not see the ${of}: of ${watched.name} it follows ${part}.`;
    const hint = "Start watch without --namespace, or with the rights that it needs for the whole cluster:";
    return [
      { grade: "problem", code: "watch-not-seen", message, hint, command: "hostsfile-server watch --print-rbac" },
    ];
  }
  if (found.state !== "live") {
    const message = `${who} is reading ${first.kind} of ${watched.name}, and may not have seen the ${of} yet.`;
    return [{ grade: "warning", code: "watch-not-seen", message, hint: "Wait a moment, and trace the name again." }];
  }
  const last =
    found.lastEvent === null ? "" : `; the API server last said something ${formatAge(found.lastEvent, now)} ago`;
  return [ok(`${who} follows ${first.kind} ${found.version} of ${watched.name} live${last}.`)];
}

/** Looks whether the watcher has handed the name in, and the server has stored it. */
export async function handedIn(desktop: Desktop, watched: WatchedCluster, name: string): Promise<readonly Finding[]> {
  const { user } = watched.watch;
  const isThere =
    user !== null && hasName(await desktop.ask(`${watchedClusterPath(user, watched.name)}/records`), name);
  return judgeHandedIn(watched, name, isThere);
}

/** Judges by what the server has of the watcher. */
function judgeHandedIn(watched: WatchedCluster, name: string, isThere: boolean): readonly Finding[] {
  const who = watcherOf(watched);
  if (isThere) return [ok(`${who} has handed in ${name} of ${watched.name}, and the server has stored it.`)];
  const refused = judgeRefusals([watched]);
  if (refused.length > 0) return refused;
  return [
    {
      grade: "problem",
      code: "name-not-sent",
      message: `${who} has not handed in ${name} of ${watched.name}.`,
      hint: "To see why it leaves something out, run this as its user:",
      command: "hostsfile-server watch --once --dry-run",
    },
  ];
}
