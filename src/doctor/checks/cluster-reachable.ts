/** Does the cluster answer? Without a kubeconfig the rest of the cluster's side cannot be looked at, which is no fault. */
import type { Status } from "../../control/status.ts";
import { TroubleError } from "../../trouble.ts";
import { type Check, type Finding, ok } from "../check.ts";

export const clusterReachable: Check = {
  id: "cluster-reachable",
  title: "The cluster answers",
  needs: [],
  run: async ({ kubernetes, status }) => {
    try {
      const api = await kubernetes();
      await api.send({ path: "/version" });
      return [ok(`The cluster at ${api.server} answers.`)];
    } catch (error) {
      if (!(error instanceof TroubleError) || error.code !== "kubeconfig-missing") throw error;
      const { code, message, hint } = error;
      const note: Finding = {
        grade: "note",
        code,
        message: `${message} The cluster is not looked at.`,
        hint,
        isDeadEnd: true,
      };
      return [note, ...fromAfar(await status().catch(() => undefined))];
    }
  },
};

/** What the server itself knows of ExternalDNS, which the checks that are skipped would have looked at more closely. */
function fromAfar(status: Status | undefined): readonly Finding[] {
  const codes = new Set(["external-dns-silent", "restart-external-dns"]);
  return (status?.attention ?? [])
    .filter(({ code }) => codes.has(code))
    .map((trouble) => ({ grade: "warning", ...trouble }));
}
