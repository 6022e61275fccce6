/** Is each team that was joined followed live, and is what it says shown? */
import type { Status } from "../../contract/status.ts";
import { describeTeamNames, healthCommand } from "../../contract/team-words.ts";
import { type Check, type Finding, ok } from "../check.ts";

type Team = NonNullable<Status["teams"]>[number];

export const teamsFollowed: Check = {
  id: "teams-followed",
  title: "Teams are followed",
  needs: ["server-answers"],
  run: async ({ status }) => judgeTeams((await status())?.teams ?? []),
};

/** Judges by what the server says of each. */
export function judgeTeams(teams: readonly Team[]): readonly Finding[] {
  return teams.length === 0 ? [ok("No team is joined.")] : teams.map(judgeTeam);
}

function judgeTeam(team: Team): Finding {
  const { name, state, reason, via, staleSince } = team;
  if (state === "live") return ok(`The team ${name} is followed live: ${describeTeamNames(team)}.`);
  if (state === "held") {
    const message = `The team ${name} is held at an earlier list, as team undo did.`;
    return {
      grade: "note",
      code: "team-held",
      message,
      hint: "To go on:",
      command: `hostsfile-server team follow ${name}`,
    };
  }
  const since = staleSince === null ? "" : ` What is shown of it is from ${staleSince}.`;
  return {
    grade: "warning",
    code: state === "other-store" ? "team-other-store" : "team-unreachable",
    message: `The team ${name} is not followed.${since} ${reason ?? ""}`.trim(),
    hint: "The server keeps trying. Ask the store yourself:",
    command: healthCommand(via),
  };
}
