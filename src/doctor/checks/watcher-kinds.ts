/** Which kinds of each watched cluster are followed, and which rights does the watcher lack? */
import { explainForbidden, forbiddenKinds, rightsAdvice } from "../../contract/watch-trouble.ts";
import { type WatchedCluster, isRunning, watchedClusters } from "../../contract/watched-cluster.ts";
import { unwatchedInterval } from "../../sources/kubernetes/list-watch.ts";
import { type Check, type Finding, findingOf, ok } from "../check.ts";
import { listSome } from "../looks/cluster-looks.ts";
import { type RightsGaps, lookAtRights } from "../looks/watcher-rights.ts";

export const watcherKinds: Check = {
  id: "watcher-kinds",
  title: "The watcher may read what gives names",
  needs: ["server-answers"],
  run: async (desktop) => {
    const clusters = watchedClusters(await desktop.status()).filter(isRunning);
    const reported = clusters.filter(({ watch }) => watch.kinds.length > 0);
    if (reported.length === 0) return [ok("No watcher has reported the kinds that it follows.")];
    const judged = reported.map(async (cluster) => judgeKinds(cluster, await lookAtRights(desktop, cluster)));
    return (await Promise.all(judged)).flat();
  },
};

/**
 * Judges a cluster whose watcher runs.
 *
 * @param gaps - the rights that the watcher lacks, as the API server says; undefined where only the watcher's report tells
 */
export function judgeKinds(cluster: WatchedCluster, gaps: RightsGaps | undefined): readonly Finding[] {
  const { name, watch } = cluster;
  const reported = forbiddenKinds(cluster);
  const forbidden = explainForbidden(cluster, gaps?.forbidden ?? reported);
  const less = gaps === undefined ? undefined : explainLess(cluster, gaps);
  const followed = watch.kinds
    .filter(({ state }) => state !== "forbidden")
    .map((kind) => `${kind.kind} ${kind.version}`);
  const late = reported.filter((kind) => gaps !== undefined && !gaps.forbidden.includes(kind));
  return [
    ...(forbidden === undefined ? [] : [findingOf(forbidden)]),
    ...(less === undefined ? [] : [less]),
    ...(late.length === 0 ? [] : [rightsCame(cluster, late)]),
    ...(gaps === undefined || forbidden !== undefined || less !== undefined
      ? []
      : [ok(`The watcher has every right that it needs in ${name}.`)]),
    ...(followed.length === 0 ? [] : [ok(`Of ${name} these are followed: ${listSome(followed)}.`)]),
  ];
}

/** What is followed all the same, but later or less of it. */
function explainLess({ name, watch }: WatchedCluster, gaps: RightsGaps): Finding | undefined {
  const { unwatched, narrow, isIdentityHidden, areDefinitionsHidden } = gaps;
  const spaces = [...new Set(narrow.flatMap(({ namespaces }) => namespaces))].join(", ");
  const sentences = [
    unwatched.length === 0
      ? ""
      : `It may list ${unwatched.join(", ")} and not watch them, so that their names follow every ${unwatchedInterval / 1000} seconds.`,
    narrow.length === 0
      ? ""
      : `It may read ${narrow.map(({ kind }) => kind).join(", ")} in ${spaces} alone, and so does not follow other namespaces.`,
    isIdentityHidden
      ? "It may not read the namespace kube-system, by which it would notice that the cluster was made anew."
      : "",
    areDefinitionsHidden
      ? "It may not follow customresourcedefinitions, and so looks for newly installed kinds once a minute."
      : "",
  ].filter((sentence) => sentence !== "");
  if (sentences.length === 0) return undefined;
  return {
    grade: unwatched.length === 0 ? "note" : "warning",
    code: "watch-forbidden",
    message: `The watcher has part of the rights in ${name}. ${sentences.join(" ")}`,
    ...rightsAdvice(watch.context),
  };
}

function rightsCame({ name }: WatchedCluster, kinds: readonly string[]): Finding {
  return {
    grade: "note",
    code: "watch-forbidden",
    message: `The watcher may read ${kinds.join(", ")} of ${name} by now, and has not asked again yet.`,
    hint: "It asks every few minutes. To have it ask now, start it again.",
  };
}
