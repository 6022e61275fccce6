/** What may be wrong with a watcher, in words: status, page and doctor say it alike. */
import { describeDuration } from "../base/age.ts";
import { renderCommand } from "../base/shell.ts";
import type { Trouble } from "../base/trouble.ts";
import { externalDNSFeed, watchFeed } from "../records/feed.ts";
import { contextFlag } from "./context-flag.ts";
import type { Status } from "./status.ts";
import { type WatchedCluster, isRunning, watcherOf } from "./watched-cluster.ts";

type Cluster = Status["clusters"][number];
type Watcher = NonNullable<Status["watchers"]>[number];

/** What starts a watcher that is not a service. */
export const watchCommand = "hostsfile-server watch";

/** The ClusterRole that `watch --print-rbac` prints. */
export const readerRoleName = "hostsfile-server-watch";

/**
 * Says which watchers ended or are silent, each once with all its clusters.
 *
 * @param now - milliseconds since 1970
 * @param start - the command that starts a user's watcher again
 */
export function explainEnded(
  clusters: readonly WatchedCluster[],
  now: number,
  start: (user: string | null) => string = () => watchCommand,
): Trouble[] {
  const byUser = Map.groupBy(
    clusters.filter((cluster) => !isRunning(cluster)),
    ({ watch }) => watch.user,
  );
  return [...byUser].flatMap(([user, ofUser]) => {
    const [first] = ofUser;
    if (first === undefined) return [];
    const heard = ofUser.map(({ watch }) => Date.parse(watch.lastHeard ?? "")).filter((time) => !Number.isNaN(time));
    const time = heard.length === 0 ? "" : `, last ${describeDuration(now - Math.max(...heard))} ago`;
    const names = ofUser.map(({ name }) => name).join(", ");
    return {
      code: "watch-not-running",
      severity: "warning",
      message: `${watcherOf(first)} followed ${names}${time}, and does not run any more: names stay as they were, and no new one comes.`,
      hint: `Start it again${asUser(user)}, without sudo:`,
      command: start(user),
    };
  });
}

/**
 * Says why a watcher that runs cannot follow a cluster; undefined where it can.
 *
 * @param now - milliseconds since 1970
 */
export function explainState(cluster: WatchedCluster, now: number): Trouble | undefined {
  const { state, since, reason, server, context, user } = cluster.watch;
  const why = reason === null ? "" : ` ${reason}`;
  const command = renderCommand(["kubectl", ...contextFlag(context), "get", "namespaces"]);
  if (state === "unreachable") {
    const where = server === null ? "" : ` at ${server}`;
    const time = since === null ? "" : ` for ${describeDuration(now - Date.parse(since))}`;
    const message = `The API server of ${titleOf(cluster)}${where} has not answered the watcher${time}; names stay as they were.${why}`;
    const hint = "The watcher keeps trying. If the cluster should run, see what it says:";
    return { code: "watch-unreachable", severity: "warning", message, hint, command };
  }
  if (state !== "login-needed") return undefined;
  const message = `The watcher cannot log in to ${titleOf(cluster)}; names stay as they were.${why}`;
  const hint = `Log in${asUser(user)}; this asks for what is needed:`;
  return { code: "watch-login-needed", severity: "warning", message, hint, command };
}

/** Says why the server does not take what a watcher hands in; undefined where it does. */
export function explainServerRefusal(cluster: WatchedCluster): Trouble | undefined {
  const { refused, user, context } = cluster.watch;
  if (refused === null) return undefined;
  return {
    code: "watch-refused",
    severity: "error",
    message: `${watcherOf(cluster)} cannot hand in the names of ${cluster.name}. ${refused}`,
    hint: `It keeps trying. To see what helps, run this${asUser(user)}:`,
    command: renderCommand([
      "hostsfile-server",
      "watch",
      "--once",
      ...(context === null ? [] : [`--context=${context}`]),
    ]),
  };
}

/** The kinds that a watcher says it may not read, as in `Ingress v1`. */
export function forbiddenKinds({ watch }: Pick<WatchedCluster, "watch">): readonly string[] {
  return watch.kinds.filter(({ state }) => state === "forbidden").map(({ kind, version }) => `${kind} ${version}`);
}

/** Says which kinds a watcher may not read; undefined where it may read all of them. */
export function explainForbidden(
  cluster: WatchedCluster,
  kinds: readonly string[] = forbiddenKinds(cluster),
): Trouble | undefined {
  if (kinds.length === 0) return undefined;
  const message = `The watcher may not read ${kinds.join(", ")} of ${cluster.name}, so that it does not follow them.`;
  return { code: "watch-forbidden", severity: "warning", message, ...rightsAdvice(cluster.watch.context) };
}

/** What gives the rights, and what the administrator who types it must know. */
export function rightsAdvice(context: string | null): { readonly hint: string; readonly command: string } {
  const kubectl = renderCommand(["kubectl", ...contextFlag(context)]);
  const bind = `${kubectl} create clusterrolebinding ${readerRoleName} --clusterrole=${readerRoleName} --user=USER`;
  return {
    hint: `As an administrator of the cluster, apply the rights, then bind them to the watcher's user (${bind}):`,
    command: `hostsfile-server watch --print-rbac | ${kubectl} apply -f -`,
  };
}

/** Whether both ExternalDNS and a watcher that runs feed a cluster, under one name or two. */
export function isFedTwice({ feeds = [], sameAs, watch }: Cluster): boolean {
  if (watch === undefined || !isRunning({ watch })) return false;
  return sameAs !== undefined || (feeds.includes(externalDNSFeed) && feeds.includes(watchFeed));
}

/**
 * Says that a cluster is fed twice, and what ends that.
 *
 * @param by - by whom, as a sentence
 */
export function explainFedTwice(by: string, context: string | null | undefined): Trouble {
  return {
    code: "fed-twice",
    severity: "warning",
    message: `${by} A name goes only once both let go of it.`,
    hint: "One is enough. To end ExternalDNS:",
    command: renderCommand(["dtk", "uninstall-addon", "external-dns", ...contextFlag(context)]),
  };
}

/** Says which contexts of a user's running watchers nothing can be made of. */
export function explainIncomplete(watchers: readonly Watcher[]): Trouble[] {
  const found = watchers
    .filter(({ running }) => running)
    .flatMap(({ user, contexts }) =>
      contexts.filter(({ reason }) => reason === "incomplete").map(({ name }) => ({ user, name })),
    );
  const once = new Map(found.map((each) => [JSON.stringify(each), each]));
  return [...once.values()].map(({ user, name }) => ({
    code: "context-incomplete",
    severity: "info",
    message: `The context ${name} of ${user} is not watched: its cluster or its user is missing in the kubeconfig.`,
    hint: "Complete it, or delete it:",
    command: renderCommand(["kubectl", "config", "delete-context", name]),
  }));
}

/** A cluster is named after its context, unless that cannot name one. */
function titleOf({ name, watch: { context } }: WatchedCluster): string {
  return context === null || context === name ? name : `${name}, context ${context}`;
}

function asUser(user: string | null): string {
  return user === null ? "" : ` as ${user}`;
}
