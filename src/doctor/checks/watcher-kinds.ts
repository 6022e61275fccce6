/** Which kinds of each watched cluster are followed, and which may the watcher not read? */
import { renderCommand } from "../../base/shell.ts";
import { contextFlag } from "../../contract/context-flag.ts";
import { readerRoleName } from "../../sources/kubernetes/reader-role.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { listSome } from "../looks/cluster-looks.ts";
import { type WatchedCluster, isRunning, watchedClusters } from "../looks/watched.ts";

export const watcherKinds: Check = {
  id: "watcher-kinds",
  title: "The watcher may read what gives names",
  needs: ["server-answers"],
  run: async ({ status }) => judgeKinds(watchedClusters(await status()).filter(isRunning)),
};

/** What gives the rights, and what the administrator who types it must know. */
export function rightsAdvice(context: string | null): { readonly hint: string; readonly command: string } {
  const kubectl = renderCommand(["kubectl", ...contextFlag(context)]);
  const bind = `${kubectl} create clusterrolebinding ${readerRoleName} --clusterrole=${readerRoleName} --user=USER`;
  return {
    hint: `As an administrator of the cluster, apply the rights, then bind them to the watcher's user (${bind}):`,
    command: `hostsfile-server watch --print-rbac | ${kubectl} apply -f -`,
  };
}

/** Judges clusters whose watchers run. */
export function judgeKinds(clusters: readonly WatchedCluster[]): readonly Finding[] {
  const served = clusters.filter(({ watch }) => watch.kinds.length > 0);
  return served.length > 0 ? served.flatMap(judgeCluster) : [ok("No watcher has reported the kinds that it follows.")];
}

function judgeCluster({ name, watch: { kinds, context } }: WatchedCluster): readonly Finding[] {
  const list = (state: "forbidden" | "followed"): readonly string[] =>
    kinds
      .filter((kind) => (kind.state === "forbidden") === (state === "forbidden"))
      .map(({ kind, version }) => `${kind} ${version}`);
  const [forbidden, followed] = [list("forbidden"), list("followed")];
  const good = followed.length === 0 ? [] : [ok(`Of ${name} these are followed: ${listSome(followed)}.`)];
  if (forbidden.length === 0) return good;
  const message = `The watcher may not read ${forbidden.join(", ")} of ${name}, so that it does not follow their names.`;
  return [{ grade: "warning", code: "watch-forbidden", message, ...rightsAdvice(context) }, ...good];
}
