/** What of watchers a person should look at, and when: one that ended, clusters that it cannot read, and clusters that are fed twice. */
import { describeDuration } from "../../base/age.ts";
import type { Trouble } from "../../base/trouble.ts";
import { renderCommand } from "../../base/shell.ts";
import type { Status } from "../../contract/status.ts";
import {
  explainEnded,
  explainFedTwice,
  explainForbidden,
  explainServerRefusal,
  explainState,
  isFedTwice,
} from "../../contract/watch-trouble.ts";
import { type WatchedCluster, isRunning, watchedClusters } from "../../contract/watched-cluster.ts";

type Cluster = Status["clusters"][number];
type Watcher = NonNullable<Status["watchers"]>[number];

/** Milliseconds for which an API server may be away, as it is while it restarts. */
const restartTime = 15_000;

/** Milliseconds for which it is news that a cluster was made anew. */
const newsTime = 3_600_000;

/**
 * Finds what needs attention, each with its own severity.
 *
 * @param now - milliseconds since 1970
 */
export function findWatchAttention(status: Pick<Status, "clusters" | "watchers">, now: number): Trouble[] {
  const watched = watchedClusters(status);
  const running = watched.filter(isRunning);
  return [
    ...explainEnded(watched, now),
    ...running.flatMap((cluster) => ofCluster(cluster, now)),
    ...status.clusters.filter(isFedTwice).map(ofTwice),
    ...watched.flatMap((cluster) => ofMadeAnew(cluster, now)),
    ...ofContexts((status.watchers ?? []).filter((watcher) => watcher.running)),
  ];
}

function ofCluster(cluster: WatchedCluster, now: number): Trouble[] {
  const lasts = now - Date.parse(cluster.watch.since ?? "") >= restartTime;
  const found = [
    lasts ? explainState(cluster, now) : undefined,
    explainServerRefusal(cluster),
    explainForbidden(cluster),
  ];
  return found.filter((trouble) => trouble !== undefined);
}

/** dtk finds the cluster by the context of the kubeconfig. */
function ofTwice({ name, sameAs, watch }: Cluster): Trouble {
  const by =
    sameAs === undefined
      ? `${name} is fed twice, by ExternalDNS and by a watcher.`
      : `${name} is fed twice: by a watcher under this name, and by ExternalDNS as ${sameAs}.`;
  return explainFedTwice(by, watch?.context);
}

function ofMadeAnew({ name, watch }: WatchedCluster, now: number): Trouble[] {
  const age = now - Date.parse(watch.madeAnew ?? "");
  if (!(age < newsTime)) return [];
  const message = `${name} was made anew ${describeDuration(age)} ago, and its names were replaced.`;
  return [{ code: "cluster-made-anew", severity: "info", message, hint: "Nothing needs to be done." }];
}

/**
 * Contexts that the user left out by naming others need no mention, nor do those that another watcher of the user's
 * watches.
 */
function ofContexts(watchers: readonly Watcher[]): Trouble[] {
  return [...Map.groupBy(watchers, ({ user }) => user)].flatMap(([user, ofUser]) => {
    const contexts = ofUser.flatMap((watcher) => watcher.contexts);
    const watched = new Set(contexts.filter((context) => context.watched).map(({ name }) => name));
    const left = contexts.filter(({ reason }) => reason === "login-program" || reason === "not-local");
    const others = [...new Set(left.map(({ name }) => name).filter((name) => !watched.has(name)))];
    if (others.length === 0) return [];
    const flags = [...watched, ...others].map((name) => `--context=${name}`);
    return [
      {
        code: "context-not-watched",
        severity: "info",
        message: `Of the contexts of ${user} these are not watched: ${others.join(", ")}.`,
        hint: "They lead beyond this desktop, or need a program to log in. To watch them as well:",
        command: renderCommand(["hostsfile-server", "watch", ...flags]),
      },
    ];
  });
}
