/** Is there an ingress controller for each Ingress? One of an unknown class is served by nobody, though its name resolves. */
import * as z from "zod/mini";
import { annotationPrefix } from "../../dtk/release/values.ts";
import { pathOf } from "../../kubernetes/cluster-ip/candidate.ts";
import type { Ingress } from "../../kubernetes/facts.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { kubectl, listSome, lookAtFacts, managedIngresses } from "../looks/cluster-looks.ts";

export const ingressClasses: Check = {
  id: "ingress-classes",
  title: "An ingress controller serves each Ingress",
  needs: ["external-dns-installed"],
  run: async (desktop) => {
    const [facts, api, status] = await Promise.all([
      desktop.once(lookAtFacts),
      desktop.kubernetes(),
      desktop.status().catch(() => undefined),
    ]);
    const shape = z.object({ items: z.nullable(z.array(z.object({ metadata: z.object({ name: z.string() }) }))) });
    const list = await api.read("/apis/networking.k8s.io/v1/ingressclasses", shape);
    const classes = (list?.items ?? []).map(({ metadata }) => metadata.name);
    const domains = status?.clusters.flatMap((cluster) => cluster.domains);
    const ingresses = managedIngresses(facts, domains, annotationPrefix);
    return [judgeClasses(ingresses, classes, desktop)];
  },
};

/** Judges by the classes that are named; without a name a default class or the controller itself decides. */
export function judgeClasses(
  ingresses: readonly Ingress[],
  classes: readonly string[],
  desktop: Pick<Desktop, "place">,
): Finding {
  const unserved = ingresses.filter(({ spec }) => {
    const name = spec?.ingressClassName;
    return name !== undefined && !classes.includes(name);
  });
  const [first] = unserved;
  if (first === undefined)
    return ok(`Each Ingress has a class that is there (${classes.join(", ") || "none is named"}).`);
  const { name, namespace = "default" } = first.metadata;
  const wanted = first.spec?.ingressClassName ?? "";
  const there = classes.length === 0 ? "no ingress controller is installed" : `the cluster has ${classes.join(", ")}`;
  const message = `Nobody serves ${listSome(unserved.map(pathOf))}: the class ${wanted} is not there, ${there}.`;
  const patch = JSON.stringify({ spec: { ingressClassName: classes[0] ?? "" } });
  const change = kubectl(desktop, "-n", namespace, "patch", "ingress", name, "--type=merge", "-p", patch);
  const advice =
    classes.length === 0
      ? {
          hint: "Install an ingress controller with that class, and see:",
          command: kubectl(desktop, "get", "ingressclass"),
        }
      : { hint: "Name a class that is there:", command: change };
  return { grade: "warning", code: "ingress-class-unknown", message, ...advice };
}
