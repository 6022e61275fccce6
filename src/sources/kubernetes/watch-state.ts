/** How a cluster and its kinds are followed, in the words of a report. */
import type { ReportedCluster } from "../../contract/watcher.ts";
import type { ClusterFeeder } from "./cluster-feeder.ts";
import type { ClusterSession } from "./cluster-session.ts";
import type { KindWatch } from "./kind-watch.ts";

/** Troubles that end once the user logs in, or corrects the kubeconfig. */
const loginCodes: ReadonlySet<string> = new Set([
  "cluster-login-refused",
  "login-program-failed",
  "login-program-refused",
  "kubeconfig-unusable",
  "kubeconfig-missing",
]);

/** Why a watch waits when its API server is away. */
const awayReasons: ReadonlySet<string> = new Set(["disconnected", "silent"]);

/** Characters of a sentence; the server takes no more than some. */
const mostText = 500;

/** Says how a cluster is followed, and why where it is not. */
export function stateOf(session: ClusterSession): Pick<ReportedCluster, "state" | "reason"> {
  const { trouble, watches } = session;
  if (trouble !== undefined) {
    const state = loginCodes.has(trouble.code) ? "login-needed" : "unreachable";
    return { state, reason: trouble.message.slice(0, mostText) };
  }
  const away = watches.map((watch) => watch.state()).filter((state) => state.phase === "waiting");
  const readable = watches.filter((watch) => kindState(watch) !== "forbidden").length;
  const lost = away.filter(({ reason }) => awayReasons.has(reason));
  const [first] = lost;
  if (first !== undefined && lost.length === readable) {
    return { state: "unreachable", reason: `It does not answer: ${first.message}.`.slice(0, mostText) };
  }
  if (watches.length === 0) return { state: "connecting", reason: null };
  return { state: session.isSettled ? "live" : "listing", reason: null };
}

/** What is said of each kind that the cluster serves. */
export function describeKinds({ watches, model }: ClusterSession): ReportedCluster["kinds"] {
  return watches.map((watch) => {
    const lastEventAt = watch.lastEventAt();
    return {
      kind: watch.kind.kind,
      group: watch.kind.group,
      version: watch.version,
      namespaces: watch.scopes.filter((scope) => scope !== ""),
      state: kindState(watch),
      objects: model.count(watch.kind),
      lastEvent: lastEventAt === undefined ? null : new Date(lastEventAt).toISOString(),
    };
  });
}

/** Why the server does not take what is handed in, if so. */
export function refusalOf({ serverTrouble }: ClusterFeeder): string | null {
  return serverTrouble?.message.slice(0, mostText) ?? null;
}

function kindState(watch: KindWatch): ReportedCluster["kinds"][number]["state"] {
  const state = watch.state();
  if (state.phase !== "waiting") return state.phase;
  return state.reason === "forbidden" ? "forbidden" : "waiting";
}
