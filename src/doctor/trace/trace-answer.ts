/** The step of a trace at the zones: does the name itself answer DNS queries, or a wildcard, or does something hide it? */
import { type AnsweringName, answeringSchema } from "../../contract/answering.ts";
import { zoneNamePath } from "../../contract/paths.ts";
import { parseJSON } from "../../base/json.ts";
import { type Desktop, type Finding, ok } from "../check.ts";

export type AnsweringLook = (desktop: Desktop) => Promise<AnsweringName | undefined>;

/** Makes the look for what answers for a name, which several steps share; undefined where the server does not say. */
export function lookForAnswering(name: string): AnsweringLook {
  return async ({ ask }) => {
    const text = await ask(zoneNamePath(name)).catch(() => undefined);
    const { data } = answeringSchema.safeParse(text === undefined ? undefined : parseJSON(text));
    return data === undefined || data.zone === null ? undefined : data;
  };
}

/** What answers for the name: the name itself, unless a wildcard does. */
export async function ownerOf({ once }: Desktop, look: AnsweringLook, name: string): Promise<string> {
  const answering = await once(look);
  return answering?.kind === "wildcard" ? (answering.owner ?? name) : name;
}

/** Looks whether something keeps a name from being answered. */
export async function answered({ once }: Desktop, name: string, look: AnsweringLook): Promise<readonly Finding[]> {
  return [judgeAnswering(name, await once(look))];
}

/** Judges what answers for a name. */
export function judgeAnswering(name: string, answering: AnsweringName | undefined): Finding {
  if (answering === undefined) return ok(`Nothing is known of how ${name} is answered.`);
  const { kind, zone, owner, encloser, hidden, cluster } = answering;
  switch (kind) {
    case "itself":
      return ok(`${name} itself answers in the zone ${zone}.`);
    case "wildcard":
      return ok(`The wildcard ${owner} of ${cluster} answers for ${name} in the zone ${zone}.`);
    case "hidden":
      return {
        grade: "problem",
        code: "name-hidden",
        message: `${hidden} does not cover ${name}, since ${encloser} exists (RFC 4592).`,
        hint: `Ask for ${name} itself, or for *.${encloser}.`,
      };
    case "between":
      if (name === zone) return ok(`${name} is a managed domain, and nothing of its own is shown yet.`);
      return {
        grade: "problem",
        code: "name-without-records",
        message: `${name} exists only because of names below it (an empty non-terminal), so it has no address, and no wildcard covers it.`,
        hint: "Ask for it itself, as by the host of an Ingress.",
      };
    case "unshown":
      return ok(`A record of ${name} is stored, and nothing of it can be shown.`);
    case "missing":
      return ok(`Nothing hides ${name}, and nothing answers for it yet.`);
  }
}
