/** Traefik's IngressRoute and IngressRouteTCP: the hosts that their rules name. */
import { type Draft, translateBy } from "./draft.ts";
import type { Kind } from "./kind.ts";

/** The group since Traefik 2.10, and the one before. */
const groups = ["traefik.io", "traefik.containo.us"];

/** IngressRoutes and IngressRouteTCPs (ExternalDNS source/traefik_proxy.go). */
export const traefikKinds: readonly Kind[] = groups.flatMap((group) => [
  traefikKind("IngressRoute", group),
  traefikKind("IngressRouteTCP", group),
]);

function traefikKind(kind: string, group: string): Kind {
  return {
    kind,
    group,
    resource: `${kind.toLowerCase()}s`,
    versions: ["v1alpha1"],
    namespaced: true,
    fields: ["spec.routes"],
    translate: translateBy(kind.toLowerCase(), translateIngressRoute),
    looksAt: [],
  };
}

function translateIngressRoute(draft: Draft): void {
  const targets = draft.annotations.list("target");
  const ofRules = draft.spec.objects("routes").flatMap((route) => hostsOfRule(route.text("match")));
  for (const host of new Set([...draft.annotations.list("hostname"), ...ofRules])) draft.ask(host, targets);
}

/** Function calls of a rule with their arguments, and whether they are negated. */
const hostCall = /(?<not>!\s*)?\b(?:HostSNI|HostHeader|Host)\s*\((?<values>[^()]*)\)/g;
/** A text in back quotes or double quotes, as Traefik's rules allow both. */
const quoted = /`([^`,]*)`|"([^",]*)"/g;

/** The hosts that a rule names; a negated host is one that it does not serve, and a regular expression names none. */
function hostsOfRule(rule: string): readonly string[] {
  const calls = [...rule.matchAll(hostCall)].filter(({ groups: { not } = {} }) => not === undefined);
  return calls
    .flatMap(({ groups: { values = "" } = {} }) =>
      [...values.matchAll(quoted)].map(([, back, double]) => back ?? double ?? ""),
    )
    .map((host) => host.trim())
    .filter((host) => host !== "" && host !== "*");
}
