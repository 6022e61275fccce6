/** May ExternalDNS remove names? With another policy than `sync` they stay in the hosts file for ever. */
import { renderChange } from "../../dtk/external-dns/change.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { type WebhookPath, lookAtChain } from "../looks/cluster-looks.ts";

export const externalDNSPolicy: Check = {
  id: "external-dns-policy",
  title: "ExternalDNS removes what is gone",
  needs: ["external-dns-installed"],
  run: async (desktop) => [judgePolicy(await desktop.once(lookAtChain), desktop)],
};

/** Judges the policy (plan/policy.go). */
export function judgePolicy({ externalDNS }: WebhookPath, desktop: Pick<Desktop, "place">): Finding {
  const { policy } = externalDNS.settings;
  if (policy === "sync") return ok("ExternalDNS removes names whose Ingress is gone (policy sync).");
  const updates = policy === "create-only" ? " nor changed" : "";
  const message = `ExternalDNS has the policy ${policy}: a name is never removed${updates}, even when its Ingress is gone.`;
  const change = { flag: "policy", values: ["sync"], chartValue: "policy=sync" };
  const hint = "Let it remove names:";
  const command = renderChange(externalDNS, change, desktop.place);
  return { grade: "warning", code: "policy-keeps-names", message, hint, command };
}
