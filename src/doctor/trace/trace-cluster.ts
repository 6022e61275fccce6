/** The first step of a trace: which resources of the cluster ask for the name, and does ExternalDNS see them where no watcher does? */
import { findSilentIngresses } from "../../dtk/discovery/silent-ingress.ts";
import { TroubleError, toTrouble } from "../../base/trouble.ts";
import { type Desktop, type Finding, ok } from "../check.ts";
import { annotationPrefix } from "../../dtk/release/values.ts";
import { kubectl, lookAtChain } from "../looks/cluster-looks.ts";
import { lookAtWatched } from "../looks/watched.ts";
import { findTeam } from "./trace-server.ts";
import { type NameSource, findSources } from "../looks/name-source.ts";
import { type AnsweringLook, ownerOf } from "./trace-answer.ts";

/** Looks; a cluster that does not answer stops no trace, as the name may be known from before. */
export async function askedFor(
  desktop: Desktop,
  name: string,
  look: SourcesLook,
  answering: AnsweringLook,
): Promise<readonly Finding[]> {
  try {
    const status = await desktop.status().catch(() => undefined);
    const team = findTeam(name, status);
    if (team !== undefined)
      return [ok(`${name} is for the team ${team.name} to say, and for no cluster of this desktop.`)];
    const owner = await ownerOf(desktop, answering, name);
    const isKnown = status?.names.list.some((shownName) => shownName.name === owner) ?? false;
    const { sources, prefix } = await desktop.once(look);
    return [judgeSources({ name, sources, isKnown, prefix, place: desktop.place })];
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    return [{ grade: "note", ...toTrouble(error), message: `${error.message} The cluster is not looked at.` }];
  }
}

/** What asks for a name. */
interface AskedFor {
  readonly sources: readonly NameSource[];
  /** The prefix of the annotations that ExternalDNS reads; undefined where a watcher feeds the cluster, which needs none, or that is not known. */
  readonly prefix: string | undefined;
}

export type SourcesLook = (desktop: Desktop) => Promise<AskedFor>;

/** Makes the look for what asks for a name, which several steps share. */
export function lookForSources(name: string): SourcesLook {
  return async (desktop) => {
    // Without the server nobody knows what feeds the cluster, and that it does not answer is what is wrong.
    const isAway = (await desktop.status().catch(() => undefined)) === undefined;
    const isWatched = isAway || (await desktop.once(lookAtWatched)) !== undefined;
    const prefix = isWatched ? undefined : await prefixOf(desktop);
    return { sources: await findSources(desktop, name, prefix ?? ""), prefix };
  };
}

/** What asks for the name; empty where the cluster does not answer, which {@link askedFor} says. */
export async function sourcesOf(desktop: Desktop, look: SourcesLook): Promise<readonly NameSource[]> {
  return desktop.once(look).then(
    ({ sources }) => sources,
    () => [],
  );
}

/** What ExternalDNS reads, where one is there. */
async function prefixOf(desktop: Desktop): Promise<string> {
  const chain = await desktop.once(lookAtChain).catch(() => undefined);
  return chain?.externalDNS.settings.annotationPrefix ?? annotationPrefix;
}

/**
 * Judges the resources that ask for a name.
 *
 * @param given - those resources; whether the server shows the name all the same, which then comes from another cluster; the
 *   prefix of the annotations that ExternalDNS reads, undefined where a watcher does its work
 */
export function judgeSources(given: {
  readonly name: string;
  readonly sources: readonly NameSource[];
  readonly isKnown: boolean;
  readonly prefix: string | undefined;
  readonly place: Desktop["place"];
}): Finding {
  const { name, sources, isKnown, prefix, place } = given;
  const [first] = sources;
  if (first === undefined) {
    return {
      grade: isKnown ? "note" : "problem",
      code: "name-not-asked-for",
      message: `No Ingress, Service, route or DNSEndpoint of this cluster asks for ${name}.`,
      hint: "See which hosts are asked for:",
      command: kubectl({ place }, "get", "ingress", "-A"),
    };
  }
  const [silent] =
    first.ingress === undefined || prefix === undefined
      ? []
      : findSilentIngresses({ ingresses: [first.ingress] }, prefix);
  const { wildcard = name } = first;
  if (silent === undefined) return ok(`The ${first.kind} ${first.path} asks for ${wildcard}.`);
  return {
    grade: "problem",
    code: "ingress-without-target",
    message: `The Ingress ${first.path} asks for ${wildcard}, and ExternalDNS passes over it: no annotation names a target, and no load balancer gave an address.`,
    hint: "Name one. Any will do, since the name gets the cluster IP:",
    command: silent.command.replace(/^kubectl/, () => kubectl({ place })),
  };
}
