/** What of watchers a person should look at: one that ended, clusters that it cannot read, and clusters that are fed twice. */
import { describeDuration } from "../../base/age.ts";
import type { Trouble } from "../../base/trouble.ts";
import { renderCommand } from "../../base/shell.ts";
import { contextFlag } from "../../contract/context-flag.ts";
import type { Status } from "../../contract/status.ts";
import { externalDNSFeed, watchFeed } from "../../records/feed.ts";

type Cluster = Status["clusters"][number];
type Watch = NonNullable<Cluster["watch"]>;
type Watched = Cluster & { readonly watch: Watch };

/** Milliseconds for which an API server may be away, as it is while it restarts. */
const restartTime = 15_000;

/** Milliseconds for which it is news that a cluster was made anew. */
const newsTime = 3_600_000;

/** Whether both ExternalDNS and a watcher that runs feed a cluster, under one name or two. */
export function isFedTwice({ feeds = [], sameAs, watch }: Cluster): boolean {
  if (watch === undefined || watch.state === "not-running") return false;
  return sameAs !== undefined || (feeds.includes(externalDNSFeed) && feeds.includes(watchFeed));
}

/**
 * Finds what needs attention, each with its own severity.
 *
 * @param now - milliseconds since 1970
 */
export function findWatchAttention(status: Pick<Status, "clusters" | "watchers">, now: number): Trouble[] {
  const watched = status.clusters.filter((cluster): cluster is Watched => cluster.watch !== undefined);
  return [
    ...ofEnded(watched, now),
    ...watched.flatMap((cluster) => [...ofState(cluster, now), ...ofForbidden(cluster)]),
    ...status.clusters.filter(isFedTwice).flatMap((cluster) => ofTwice(cluster)),
    ...watched.flatMap((cluster) => ofMadeAnew(cluster, now)),
    ...(status.watchers ?? []).flatMap(ofContexts),
  ];
}

/** One sentence for all clusters of a watcher. */
function ofEnded(clusters: readonly Watched[], now: number): Trouble[] {
  const idle = clusters.filter(
    ({ watch, feeds }) => watch.state === "not-running" && feeds?.includes(watchFeed) === true,
  );
  const byUser = Map.groupBy(idle, ({ watch }) => watch.user);
  return [...byUser].map(([user, ofUser]) => {
    const heard = ofUser.map(({ watch }) => Date.parse(watch.lastHeard ?? "")).filter((time) => !Number.isNaN(time));
    const time = heard.length === 0 ? "" : `, last ${describeDuration(now - Math.max(...heard))} ago`;
    const which = user === null ? "A watcher" : `The watcher of ${user}`;
    const names = ofUser.map(({ name }) => name).join(", ");
    return {
      code: "watch-not-running",
      severity: "warning",
      message: `${which} followed ${names}${time}, and does not run any more; their names stay as they were.`,
      hint: `Start it again${user === null ? "" : ` as ${user}`}:`,
      command: "hostsfile-server watch",
    };
  });
}

function ofState({ name, watch }: Watched, now: number): Trouble[] {
  const { state, since, reason, server, context } = watch;
  const lasts = now - Date.parse(since ?? "");
  if (!(lasts >= restartTime)) return [];
  const why = reason === null ? "" : ` ${reason}`;
  if (state === "unreachable") {
    const message = `The API server of ${name}${server === null ? "" : ` at ${server}`} has been away for ${describeDuration(lasts)}; its names stay as they were.${why}`;
    const hint = "The watcher keeps trying. If the cluster should run, see what it says:";
    return [{ code: "watch-unreachable", severity: "warning", message, hint, command: askCluster(context) }];
  }
  if (state !== "login-needed") return [];
  const message = `The watcher cannot log in to ${name}, so that its names stay as they were.${why}`;
  const hint = `Log in${watch.user === null ? "" : ` as ${watch.user}`}; this asks for what is needed:`;
  return [{ code: "watch-login-needed", severity: "warning", message, hint, command: askCluster(context) }];
}

function askCluster(context: string | null): string {
  return renderCommand(["kubectl", ...contextFlag(context), "get", "namespaces"]);
}

function ofForbidden({ name, watch }: Watched): Trouble[] {
  const kinds = watch.kinds.filter(({ state }) => state === "forbidden").map(({ kind }) => kind);
  if (kinds.length === 0) return [];
  return [
    {
      code: "watch-forbidden",
      severity: "warning",
      message: `The watcher may not read ${kinds.join(", ")} of ${name}, so that it does not follow them.`,
      hint: "An administrator of the cluster gives its user the rights, as troubleshooting says; this prints them as a manifest:",
      command: "hostsfile-server watch --print-rbac",
    },
  ];
}

/** dtk finds the cluster by the context of the kubeconfig. */
function ofTwice({ name, sameAs, watch }: Cluster): Trouble[] {
  const feeds =
    sameAs === undefined
      ? `${name} is fed twice, by ExternalDNS and by a watcher.`
      : `${name} is fed twice: by a watcher under this name, and by ExternalDNS as ${sameAs}.`;
  return [
    {
      code: "fed-twice",
      severity: "warning",
      message: `${feeds} A name goes only once both let go of it.`,
      hint: "One is enough. To end ExternalDNS:",
      command: renderCommand(["dtk", "uninstall-addon", "external-dns", ...contextFlag(watch?.context)]),
    },
  ];
}

function ofMadeAnew({ name, watch }: Watched, now: number): Trouble[] {
  const age = now - Date.parse(watch.madeAnew ?? "");
  if (!(age < newsTime)) return [];
  const message = `${name} was made anew ${describeDuration(age)} ago, and its names were replaced.`;
  return [{ code: "cluster-made-anew", severity: "info", message, hint: "Nothing needs to be done." }];
}

/** Contexts that the user left out by naming others need no mention. */
function ofContexts({ user, contexts, running }: NonNullable<Status["watchers"]>[number]): Trouble[] {
  const others = contexts.filter(({ reason }) => reason === "login-program" || reason === "not-local");
  if (others.length === 0 || !running) return [];
  const flags = contexts.filter((each) => each.watched || others.includes(each)).map(({ name }) => `--context=${name}`);
  return [
    {
      code: "context-not-watched",
      severity: "info",
      message: `Of the contexts of ${user} these are not watched: ${others.map(({ name }) => name).join(", ")}.`,
      hint: "They lead beyond this desktop, or need a program to log in. To watch them as well:",
      command: renderCommand(["hostsfile-server", "watch", ...flags]),
    },
  ];
}
