/** Ingress: the hosts of its rules and certificates, with or without an annotation or a status. */
import { type Draft, translateBy } from "./draft.ts";
import { readFields } from "./fields.ts";
import type { Kind } from "./kind.ts";
import { ingressClassAnnotation } from "./annotations.ts";
import { loadBalancerTargets } from "./load-balancer.ts";

/** Ingresses (ExternalDNS source/ingress.go). */
export const ingressKind: Kind = {
  kind: "Ingress",
  group: "networking.k8s.io",
  resource: "ingresses",
  versions: ["v1"],
  namespaced: true,
  fields: ["spec.ingressClassName", "spec.rules", "spec.tls", "status.loadBalancer"],
  classOf,
  translate: translateBy("ingress", translateIngress),
  looksAt: [],
};

/** The field, else the annotation that stood for it before Kubernetes 1.18. */
function classOf(ingress: unknown): string {
  const fields = readFields(ingress);
  const annotated = fields.object("metadata").textMap("annotations").get(ingressClassAnnotation);
  return fields.object("spec").text("ingressClassName") || (annotated ?? "");
}

function translateIngress(draft: Draft): void {
  const annotated = draft.annotations.list("target");
  const targets = annotated.length > 0 ? annotated : loadBalancerTargets(draft.status);
  for (const host of new Set(hostsOf(draft))) draft.ask(host, targets);
}

function hostsOf(draft: Draft): readonly string[] {
  const { annotations } = draft;
  const source = annotations.value("ingress-hostname-source");
  switch (source?.toLowerCase()) {
    case undefined:
      return [...definedHosts(draft), ...annotations.list("hostname")];
    case "defined-hosts-only":
      return definedHosts(draft);
    case "annotation-only":
      return annotations.list("hostname");
    default:
      draft.refuse(
        "hostname-source",
        `Its annotation ingress-hostname-source is ${JSON.stringify(source)}, which gives it no name; it has to be defined-hosts-only or annotation-only.`,
      );
      return [];
  }
}

function definedHosts({ spec }: Draft): readonly string[] {
  const ofRules = spec.objects("rules").map((rule) => rule.text("host"));
  const ofCertificates = spec.objects("tls").flatMap((certificate) => certificate.texts("hosts"));
  return [...ofRules, ...ofCertificates].filter((host) => host !== "");
}
