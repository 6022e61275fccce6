/** OpenShift's Route: its host, with the router's own name as target once a router has admitted it. */
import { type Draft, translateBy } from "./draft.ts";
import type { Fields } from "./fields.ts";
import type { Kind } from "./kind.ts";

/** Routes (ExternalDNS source/openshift_route.go). */
export const openShiftRouteKind: Kind = {
  kind: "Route",
  group: "route.openshift.io",
  resource: "routes",
  versions: ["v1"],
  namespaced: true,
  fields: ["spec.host", "status.ingress"],
  translate: translateBy("route", translateRoute),
  looksAt: [],
};

function translateRoute(draft: Draft): void {
  const routers = draft.status.objects("ingress");
  const admitted = routers.find((router) => admission(router) === "True" && canonicalName(router) !== "");
  const annotated = draft.annotations.list("target");
  const ofRouter = admitted === undefined ? [] : [canonicalName(admitted)];
  const own = new Set([admitted?.text("host") ?? "", draft.spec.text("host")].filter((host) => host !== ""));
  const isRefused = routers.length > 0 && routers.every((router) => admission(router) === "False");
  if (isRefused) draft.refuse("parent-refuses", `No router admits ${[...own].join(", ") || "it"}.`, [...own]);
  const hosts = [...(isRefused ? [] : own), ...draft.annotations.list("hostname")];
  for (const host of new Set(hosts)) draft.ask(host, annotated.length > 0 ? annotated : ofRouter);
}

function canonicalName(router: Fields): string {
  return router.text("routerCanonicalHostname");
}

function admission(router: Fields): string {
  const condition = router.objects("conditions").find((candidate) => candidate.text("type") === "Admitted");
  return condition?.text("status") ?? "";
}
