/** What the ways of telling systemd-resolved share: its versions, its anchors, and how it reads its settings again. */
import { authority } from "../../records/network.ts";
import type { Routing } from "../resolver-wiring.ts";
import type { ResolverFacts } from "./facts.ts";
import { type OwnFile, ownFile } from "./own-file.ts";
import { type CommandLine, type Lifetime, type Way, emptyPlan } from "./way.ts";

/** The first version that has what a way needs (its NEWS file). */
const firstVersion = { hook: 259, delegate: 258, link: 246, global: 246 } as const;

/** The resolver with its version, where programs ask it. */
export function resolvedInCharge({ resolved }: ResolverFacts): string | undefined {
  return resolved?.isAsked === true ? `systemd-resolved ${resolved.version}` : undefined;
}

/** Why a way of resolved's cannot be used here. */
export function resolvedObstacle({ resolved }: ResolverFacts, way: keyof typeof firstVersion): string | undefined {
  if (resolved === undefined) return "systemd-resolved does not run here";
  if (!resolved.isAsked) return "programs do not ask systemd-resolved here";
  const first = firstVersion[way];
  return resolved.version < first ? `it takes systemd-resolved ${first}, and this is ${resolved.version}` : undefined;
}

/** Whether it checks DNSSEC. */
export function isValidating({ resolved }: ResolverFacts): boolean {
  return resolved?.isValidating === true;
}

/** Folder of its settings that holds for the lifetime (resolved.conf(5)). */
export function settingsRoot(lifetime: Lifetime): string {
  return lifetime === "installed" ? "/etc" : "/run";
}

/** Lets it read its settings again. */
function rereadSettings(verb: "reload" | "restart"): CommandLine {
  return ["systemctl", verb, "systemd-resolved.service"];
}

/** A negative trust anchor exempts domains from DNSSEC (dnssec-trust-anchors.d(5)). */
function anchorFiles({ routes, isUnsigned }: Routing, lifetime: Lifetime): readonly OwnFile[] {
  if (!isUnsigned) return [];
  const path = `${settingsRoot(lifetime)}/dnssec-trust-anchors.d/hostsfile-server.negative`;
  return [ownFile(path, routes, ";")];
}

/**
 * Plans a file of its settings that names the responder and the domains.
 *
 * @param path - below the folder of systemd's settings
 * @param section - of the file that has the options `DNS` and `Domains`
 * @param verb - how it is made to read the file again
 */
export function planSettings(path: string, section: string, verb: "reload" | "restart"): Way["plan"] {
  return (routing, { facts: { resolved }, lifetime }) => {
    if (resolved === undefined) return emptyPlan;
    const { address, port } = routing.responder;
    const domains = routing.routes.map(routeOnly).join(" ");
    const lines = [`[${section}]`, `DNS=${authority(address, port)}`, `Domains=${domains}`];
    const file = ownFile(`${settingsRoot(lifetime)}/systemd/${path}`, lines);
    return { ...emptyPlan, files: [...anchorFiles(routing, lifetime), file], reload: [rereadSettings(verb)] };
  };
}

/** A domain that is asked about and never appended to a short name. */
export function routeOnly(domain: string): string {
  return `~${domain}`;
}
