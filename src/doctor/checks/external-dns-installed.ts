/** Is there an ExternalDNS that calls a webhook? Nobody else tells the server of names. */
import { type Check, type Finding, ok } from "../check.ts";
import { chooseExternalDNS, lookAtFacts, lookForExternalDNS } from "../cluster-looks.ts";
import { nodeAddresses } from "../../cluster/discovery/candidate.ts";
import { type ExternalDNS } from "../../cluster/external-dns/find.ts";
import { formatVersion } from "../../cluster/external-dns/version.ts";

export const externalDNSInstalled: Check = {
  id: "external-dns-installed",
  title: "ExternalDNS is installed",
  needs: ["cluster-reachable"],
  run: async (desktop) => {
    const found = await desktop.once(lookForExternalDNS);
    const status = await desktop.status().catch(() => undefined);
    const facts = await desktop.once(lookAtFacts);
    const nodes = new Set<string>(facts.nodes.flatMap(nodeAddresses));
    const other = status?.clusters.find(
      ({ lastHeard, caller }) =>
        Date.now() - Date.parse(lastHeard ?? "") < fresh && caller !== null && !nodes.has(caller),
    );
    return [judgeInstalled(found, { port: desktop.port, other: other?.name })];
  },
};

/** Milliseconds for which a call shows that there is an ExternalDNS somewhere. */
const fresh = 180_000;

/**
 * Judges what was found.
 *
 * @param server - its port, and the cluster for which it was called lately from elsewhere than this one's nodes
 */
export function judgeInstalled(
  found: readonly ExternalDNS[],
  server: { readonly port: number; readonly other: string | undefined },
): Finding {
  const chosen = chooseExternalDNS(found, server.port);
  if (chosen !== undefined) {
    const version = chosen.version === undefined ? "" : ` ${formatVersion(chosen.version)}`;
    return ok(`ExternalDNS${version} is installed: Deployment ${chosen.namespace}/${chosen.name}.`);
  }
  const [other] = found;
  if (server.other !== undefined) {
    const message = `The server is called for ${server.other}, but not from the cluster that the kubeconfig names, which is not looked at.`;
    const hint = "Name the context of the other: kubectl config get-contexts";
    return { grade: "note", code: "external-dns-in-another-cluster", message, hint, isDeadEnd: true };
  }
  const message =
    other === undefined
      ? "No ExternalDNS is installed in the cluster, so nobody tells the server of names."
      : `ExternalDNS in ${other.namespace}/${other.name} is for the provider ${other.settings.provider}; none is there for a webhook.`;
  return {
    grade: "problem",
    code: "external-dns-missing",
    message,
    hint: "Install it: dtk install-addon external-dns",
  };
}
