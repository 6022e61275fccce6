/** The teams that a team server has joined: none, since it would hand their names on as its own team's. */
import { TroubleError } from "../base/trouble.ts";
import type { Teams } from "../engine/teams.ts";

/** Joins nothing, and says why. */
function refuse(): never {
  throw new TroubleError({
    code: "team-server-follows-none",
    message: "A team server follows no other team.",
    hint: "Join the team on a desktop, whose server keeps a hosts file.",
  });
}

export const noTeams: Teams = {
  list: () => [],
  rows: () => [],
  row: () => undefined,
  names: () => [],
  views: () => [],
  join: refuse,
  leave: refuse,
  applyInSteps: refuse,
  replaceInSteps: refuse,
  note: refuse,
  undoInSteps: refuse,
  release: refuse,
};
