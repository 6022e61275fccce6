/** `hostsfile-server leave` and `hostsfile-server team ...`: ends following a team, takes its previous list back, or goes on. */
import { TroubleError } from "../../base/trouble.ts";
import { counted } from "../../base/words.ts";
import { type ServerFlags, askForSurely, askTextSurely, findStatus } from "../../client/server-client.ts";
import { teamPath } from "../../contract/paths.ts";
import { joinedSchema } from "../../contract/team.ts";
import type { TeamName } from "../../records/team-name.ts";
import { confirm } from "../confirm.ts";

interface TeamGiven extends ServerFlags {
  readonly team: TeamName;
  readonly yes?: boolean | undefined;
}

/**
 * Leaves a team: its names go, and nothing of it is kept.
 *
 * @returns 0, or 1 when the user said no
 * @throws TroubleError when no such team is joined, or no server answers (exit 3)
 */
export async function leave(given: TeamGiven): Promise<number> {
  const { teams = [] } = await findStatus(given);
  const team = teams.find(({ name }) => name === given.team);
  if (team === undefined) throw notJoined(given.team, teams);
  if (!(await confirm(`This takes ${counted(team.shown, "name")} of the team ${team.name} away.`, given.yes))) return 1;
  await askTextSurely(given, { method: "DELETE", path: teamPath(given.team) });
  process.stdout.write(`Left. Nothing of the team ${given.team} is kept.\n`);
  return 0;
}

/** Shows a team's previous list again, and follows it no more until {@link followAgain}. */
export async function undo(given: TeamGiven): Promise<number> {
  const { name, names } = await askForSurely(given, {
    method: "POST",
    path: `${teamPath(given.team)}/undo`,
    shape: joinedSchema,
  });
  process.stdout.write(
    `The list before is shown again: ${counted(names, "name")}. The team is not followed until: hostsfile-server team follow ${name}\n`,
  );
  return 0;
}

/** Follows a team again. */
export async function followAgain(given: TeamGiven): Promise<number> {
  const { name, names, isLive } = await askForSurely(given, {
    method: "POST",
    path: `${teamPath(given.team)}/follow`,
    shape: joinedSchema,
  });
  const state = isLive ? "is followed live" : "is not there yet; hostsfile-server status says why";
  process.stdout.write(`The team ${name} has ${counted(names, "name")} and ${state}.\n`);
  return 0;
}

function notJoined(team: TeamName, teams: readonly { readonly name: string }[]): TroubleError {
  const known = teams.length === 0 ? "none is" : `joined are ${teams.map(({ name }) => name).join(", ")}`;
  const message = `The team ${team} is not joined; ${known}.`;
  return new TroubleError({ code: "team-unknown", message, hint: "Name one that is." }, { exitCode: 1 });
}
