/** Has every Ingress a target? ExternalDNS passes over the others without a word. */
import { annotationPrefix } from "../../dtk/release/values.ts";
import type { Ingress } from "../../kubernetes/facts.ts";
import { findSilentIngresses, hasAnnotatedTarget } from "../../dtk/discovery/silent-ingress.ts";
import { newerPrefix } from "../../dtk/external-dns/settings.ts";
import { kubectlWords } from "../../kubernetes/place.ts";
import { renderCommand } from "../../base/shell.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { listSome, lookAtChain, lookAtFacts, managedIngresses } from "../looks/cluster-looks.ts";

export const ingressTargets: Check = {
  id: "ingress-targets",
  title: "Every Ingress has a target",
  needs: ["external-dns-installed"],
  run: async (desktop) => {
    const [chain, facts] = await Promise.all([desktop.once(lookAtChain), desktop.once(lookAtFacts)]);
    const prefix = chain.externalDNS.settings.annotationPrefix ?? annotationPrefix;
    return [judgeTargets(managedIngresses(facts, chain.cluster?.domains, prefix), prefix, desktop)];
  },
};

/** Judges; an Ingress with a target under another prefix is `annotation-prefix`'s to say. */
export function judgeTargets(ingresses: readonly Ingress[], prefix: string, desktop: Pick<Desktop, "place">): Finding {
  const others = [annotationPrefix, newerPrefix].filter((other) => other !== prefix);
  const plain = ingresses.filter((ingress) => !others.some((other) => hasAnnotatedTarget(ingress, other)));
  const silent = findSilentIngresses({ ingresses: plain }, prefix);
  if (silent.length === 0) {
    const count = ingresses.length;
    return ok(`${count === 1 ? "The Ingress" : `Each of the ${count} Ingresses`} with a managed name has a target.`);
  }
  const kubectl = renderCommand(kubectlWords(desktop.place));
  const paths = listSome(silent.map(({ path }) => path));
  const isOne = silent.length === 1;
  return {
    grade: "problem",
    code: "ingress-without-target",
    message: `ExternalDNS passes over the ${isOne ? "Ingress" : `${silent.length} Ingresses`} ${paths}: no annotation names a target, and no load balancer gave an address.`,
    hint: "Name one. Any will do, since the name gets the cluster IP:",
    command: silent.map(({ command }) => command.replace(/^kubectl/, () => kubectl)).join("; "),
  };
}
