/** Is there an ExternalDNS that calls a webhook? Nobody else tells the server of names, unless a watcher feeds the cluster. */
import { type WatchedCluster, watcherOf } from "../../contract/watched-cluster.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { lookAtWatched } from "../looks/watched.ts";
import { chooseExternalDNS, lookForExternalDNS } from "../looks/cluster-looks.ts";
import { type ExternalDNS } from "../../dtk/external-dns/find.ts";
import { formatVersion } from "../../dtk/external-dns/version.ts";

export const externalDNSInstalled: Check = {
  id: "external-dns-installed",
  title: "ExternalDNS is installed",
  needs: ["cluster-reachable"],
  run: async (desktop) => {
    const [found, watched] = await Promise.all([desktop.once(lookForExternalDNS), desktop.once(lookAtWatched)]);
    return [judgeInstalled(found, desktop.port, watched)];
  },
};

/**
 * Judges what was found.
 *
 * @param watched - the cluster where a watcher feeds it, or did
 */
export function judgeInstalled(
  found: readonly ExternalDNS[],
  port: number,
  watched: WatchedCluster | undefined,
): Finding {
  const chosen = chooseExternalDNS(found, port);
  if (chosen !== undefined) {
    const version = chosen.version === undefined ? "" : ` ${formatVersion(chosen.version)}`;
    return ok(`ExternalDNS${version} is installed: Deployment ${chosen.namespace}/${chosen.name}.`);
  }
  if (watched !== undefined) {
    const message = `No ExternalDNS is installed in the cluster. ${watcherOf(watched)} is to feed it as ${watched.name}.`;
    return { grade: "note", code: "external-dns-missing", message, hint: "One of them is enough.", isDeadEnd: true };
  }
  const [other] = found;
  const message =
    other === undefined
      ? "No ExternalDNS is installed in the cluster, so nobody tells the server of names."
      : `ExternalDNS in ${other.namespace}/${other.name} is for the provider ${other.settings.provider}; none is there for a webhook.`;
  return {
    grade: "problem",
    code: "external-dns-missing",
    message,
    hint: "If the kubeconfig names another cluster than yours, see --context. Install it:",
    command: "dtk install-addon external-dns",
  };
}
