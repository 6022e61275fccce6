/** Does ExternalDNS watch Ingresses? Without that source their names never come. */
import { renderChange } from "../../dtk/external-dns/change.ts";
import { annotationPrefix } from "../../dtk/release/values.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { type WebhookPath, lookAtChain, lookAtFacts, managedIngresses } from "../looks/cluster-looks.ts";

export const externalDNSSources: Check = {
  id: "external-dns-sources",
  title: "ExternalDNS watches Ingresses",
  needs: ["external-dns-installed"],
  run: async (desktop) => {
    const [chain, facts] = await Promise.all([desktop.once(lookAtChain), desktop.once(lookAtFacts)]);
    const prefix = chain.externalDNS.settings.annotationPrefix ?? annotationPrefix;
    return [judgeSources(chain, managedIngresses(facts, chain.cluster?.domains, prefix).length, desktop)];
  },
};

/**
 * Judges the sources.
 *
 * @param count - how many Ingresses have a managed name
 */
export function judgeSources({ externalDNS }: WebhookPath, count: number, desktop: Pick<Desktop, "place">): Finding {
  const { sources } = externalDNS.settings;
  if (sources.includes("ingress")) return ok(`ExternalDNS watches ${sources.join(", ")}.`);
  const message = `ExternalDNS watches ${sources.join(", ") || "nothing"}, but not Ingresses, of which ${count} have a managed name.`;
  const values = [...sources, "ingress"];
  const chartValue = `sources=${JSON.stringify(values)}`;
  const command = renderChange(externalDNS, { flag: "source", values, chartValue, isJSON: true }, desktop.place);
  const hint = "Add the source ingress:";
  return { grade: count === 0 ? "note" : "problem", code: "sources-without-ingress", message, hint, command };
}
