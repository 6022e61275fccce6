/** Is there an ExternalDNS that calls a webhook? Nobody else tells the server of names. */
import { type Check, type Finding, ok } from "../check.ts";
import { chooseExternalDNS, lookForExternalDNS } from "../looks/cluster-looks.ts";
import { type ExternalDNS } from "../../dtk/external-dns/find.ts";
import { formatVersion } from "../../dtk/external-dns/version.ts";

export const externalDNSInstalled: Check = {
  id: "external-dns-installed",
  title: "ExternalDNS is installed",
  needs: ["cluster-reachable"],
  run: async (desktop) => [judgeInstalled(await desktop.once(lookForExternalDNS), desktop.port)],
};

/** Judges what was found. */
export function judgeInstalled(found: readonly ExternalDNS[], port: number): Finding {
  const chosen = chooseExternalDNS(found, port);
  if (chosen !== undefined) {
    const version = chosen.version === undefined ? "" : ` ${formatVersion(chosen.version)}`;
    return ok(`ExternalDNS${version} is installed: Deployment ${chosen.namespace}/${chosen.name}.`);
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
