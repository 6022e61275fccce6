/** Does the server take the watcher's token, and what the watcher hands in? */
import { renderCommand } from "../../base/shell.ts";
import { TroubleError } from "../../base/trouble.ts";
import { explainServerRefusal } from "../../contract/watch-trouble.ts";
import { type WatchedCluster, isRunning, watchedClusters } from "../../contract/watched-cluster.ts";
import { currentUserName } from "../../platform/user.ts";
import { ownPlaces } from "../../platform/user-places.ts";
import { type Check, type Desktop, type Finding, findingOf, ok } from "../check.ts";

/** It needs no answer to the user's other requests: a watch token opens what this user may not see otherwise. */
export const watcherToken: Check = {
  id: "watcher-token",
  title: "The server takes what the watcher hands in",
  needs: [],
  run: async (desktop) => {
    const status = await desktop.status().catch(() => undefined);
    const clusters = watchedClusters(status).filter(isRunning);
    return [...(await judgeToken(desktop)), ...judgeRefusals(clusters)];
  },
};

/** What `server-answers` says. */
const silences: ReadonlySet<string> = new Set(["no-server", "server-unreachable", "port-of-another"]);

async function judgeToken({ allowedDomains, platform }: Desktop): Promise<readonly Finding[]> {
  try {
    const allowed = await allowedDomains();
    if (allowed === undefined) return [ok("There is no watch token of yours to look at.")];
    return [ok(`The server takes your watch token, for names in ${allowed.join(", ") || "no domain yet"}.`)];
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    if (silences.has(error.code)) return [ok("No server answers to which the watch token could be shown.")];
    const { tokenFile } = ownPlaces();
    const print = platform.commands.asRoot(
      renderCommand(["hostsfile-server", "token", "--watcher", currentUserName()]),
    );
    return [
      {
        grade: "problem",
        code: "watch-token-refused",
        message: `The watch token in ${tokenFile} is not taken: ${error.message}`,
        hint: "If it is your server, write a new one:",
        command: `(umask 077; ${print} > ${renderCommand([tokenFile])})`,
      },
    ];
  }
}

/** Judges what the server answered to watchers that run. */
export function judgeRefusals(clusters: readonly WatchedCluster[]): readonly Finding[] {
  return clusters.flatMap((cluster) => {
    const trouble = explainServerRefusal(cluster);
    return trouble === undefined ? [] : [findingOf(trouble)];
  });
}
