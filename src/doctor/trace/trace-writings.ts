/** The part of a trace that says who wrote a name of a team, and when, as far as the team's store records it. */
import { parseJSON } from "../../base/json.ts";
import { TroubleError, toTrouble } from "../../base/trouble.ts";
import { teamWritingsPath, writingsPath } from "../../contract/paths.ts";
import { type TeamWritings, type Writings, teamWritingsSchema, writingsSchema } from "../../contract/writing.ts";
import { type Desktop, type Finding, ok } from "../check.ts";

/** Who wrote a name of the team whose server this is. */
export async function writingsOf({ ask }: Desktop, name: string): Promise<Writings> {
  const answer = await ask(writingsPath(name));
  return writingsSchema.safeParse(parseJSON(answer ?? "[]")).data ?? [];
}

/** Says who wrote a name, for each cluster that has it, as the end of a sentence. */
export function describeWritings(writings: Writings): string {
  const each = writings.map(({ cluster, revision, by, at }) =>
    by === null || at === null
      ? `${cluster} at revision ${revision}, of which etcd keeps no history`
      : `${cluster}, written by ${by} at ${at} (revision ${revision})`,
  );
  return each.join("; ");
}

/**
 * Looks who wrote a name of a team that this desktop joined. Nothing depends on it, so a trace goes on without it.
 *
 * @param known - that the team has the name
 */
export async function written(
  { ask }: Desktop,
  { name, team, known }: { readonly name: string; readonly team: string; readonly known: Finding },
): Promise<readonly Finding[]> {
  try {
    const answer = await ask(teamWritingsPath(team, name));
    const { data } = teamWritingsSchema.safeParse(parseJSON(answer ?? ""));
    return data === undefined ? [known] : [known, judgeTeamWritings(name, data)];
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    const message = `${known.message} Who wrote it is not known: ${error.message}`;
    return [{ ...toTrouble(error), grade: "note", message }];
  }
}

/** Judges by what the team's store says. */
export function judgeTeamWritings(name: string, found: TeamWritings): Finding {
  const { writings, keys } = found;
  const store = writings === null ? `The store at ${found.via}` : `The team server ${found.via}`;
  if ((writings ?? keys).length === 0) {
    return {
      grade: "note",
      code: "name-not-sent",
      message: `${store} does not have ${name} any more.`,
      hint: "See how the team is followed:",
      command: "hostsfile-server status",
    };
  }
  if (writings !== null) return { ...ok(`${store} has ${name} of ${describeWritings(writings)}.`), writings: found };
  const places = keys.map(({ key, revision }) => `${key}, changed last at revision ${revision}`).join("; ");
  const message = `${store} has it in ${places}. It does not record who wrote that, or when.`;
  return { ...ok(message), writings: found };
}
