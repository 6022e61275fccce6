/** Does the API server of each watched cluster answer the watcher, and let it in? */
import { contextFlag } from "../../contract/context-flag.ts";
import type { Status } from "../../contract/status.ts";
import { renderCommand } from "../../base/shell.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { type WatchedCluster, isRunning, watchedClusters, watcherOf } from "../looks/watched.ts";

export const watcherContexts: Check = {
  id: "watcher-contexts",
  title: "The watcher gets at its clusters",
  needs: ["server-answers"],
  run: async ({ status }) => {
    const known = await status();
    return judgeContexts(watchedClusters(known).filter(isRunning), known?.watchers ?? []);
  },
};

/** Judges clusters whose watchers run, and the contexts of which nothing can be made. */
export function judgeContexts(
  clusters: readonly WatchedCluster[],
  watchers: NonNullable<Status["watchers"]>,
): readonly Finding[] {
  const broken = watchers
    .filter(({ running }) => running)
    .flatMap(({ user, contexts }) =>
      contexts.filter(({ reason }) => reason === "incomplete").map(({ name }) => incomplete(user, name)),
    );
  const found = [...clusters.map(judgeContext), ...broken];
  return found.length > 0 ? found : [ok("No watcher runs, so no context is in use.")];
}

function judgeContext(cluster: WatchedCluster): Finding {
  const { name, watch } = cluster;
  const { state, context, server, reason, user } = watch;
  const why = reason === null ? "" : ` ${reason}`;
  const of = context === null ? name : `${name}, context ${context}`;
  const command = renderCommand(["kubectl", ...contextFlag(context), "get", "namespaces"]);
  if (state === "unreachable") {
    const message = `The API server of ${of}${server === null ? "" : ` at ${server}`} does not answer the watcher; names stay as they were.${why}`;
    const hint = "The watcher keeps trying. If the cluster should run, see what it says:";
    return { grade: "warning", code: "watch-unreachable", message, hint, command };
  }
  if (state === "login-needed") {
    const message = `The watcher cannot log in to ${of}; names stay as they were.${why}`;
    const hint = `Log in${user === null ? "" : ` as ${user}`}; this asks for what is needed:`;
    return { grade: "warning", code: "watch-login-needed", message, hint, command };
  }
  if (state === "live") return ok(`${watcherOf(cluster)} follows ${of} live.`);
  return ok(`${watcherOf(cluster)} is about to follow ${of}.`);
}

function incomplete(user: string, context: string): Finding {
  return {
    grade: "note",
    code: "context-incomplete",
    message: `The context ${context} of ${user} is not watched: its cluster or its user is missing in the kubeconfig.`,
    hint: "Complete it, or delete it:",
    command: renderCommand(["kubectl", "config", "delete-context", context]),
  };
}
