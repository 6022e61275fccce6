/** Does the cluster answer? Without a kubeconfig the rest of the cluster's side cannot be checked, which is not a fault. */
import { TroubleError, toTrouble } from "../../base/trouble.ts";
import { type Check, ok } from "../check.ts";

export const clusterReachable: Check = {
  id: "cluster-reachable",
  title: "The cluster answers",
  needs: [],
  run: async ({ kubernetes }) => {
    try {
      const api = await kubernetes();
      await api.send({ path: "/version" });
      return [ok(`The cluster at ${api.server} answers.`)];
    } catch (error) {
      if (!(error instanceof TroubleError) || error.code !== "kubeconfig-missing") throw error;
      const message = `${error.message} The cluster is not looked at.`;
      return [{ grade: "note", ...toTrouble(error), message, isDeadEnd: true }];
    }
  },
};
