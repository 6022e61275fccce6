/** Whether the installed service may open connections to follow a team: as given, else as installed, else not. */
import { expect, test } from "vitest";
import { presentOf } from "../../../test/support/installation.ts";
import type { ServicePreparation } from "../../platform/service-manager.ts";
import { planTeams } from "./install-teams.ts";

const on = "HOSTSFILE_SERVER_TEAMS=on\n";

test.each([
  [undefined, undefined, false],
  [undefined, "HOSTSFILE_SERVER_PORT=5001\n", false],
  [undefined, on, true],
  [undefined, "HOSTSFILE_SERVER_TEAMS=off\n", false],
  [undefined, "HOSTSFILE_SERVER_TEAMS=\n", false],
  [true, undefined, true],
  [true, on, true],
  [false, on, false],
  [false, undefined, false],
])("--teams %s with %j installed: %s", (teams, settings, isOn) => {
  const { variables, preparation } = planTeams({ teams }, presentOf({ settings }), undefined);
  expect(variables).toEqual({ HOSTSFILE_SERVER_TEAMS: isOn ? "on" : undefined });
  expect(preparation).toEqual(isOn ? { opensSockets: true } : undefined);
});

test("what else has to be done stays, and what it may open already is not taken back", () => {
  const other: ServicePreparation = { script: "true", opensSockets: false };
  expect(planTeams({ teams: true }, presentOf(), other).preparation).toEqual({ script: "true", opensSockets: true });
  expect(planTeams({ teams: undefined }, presentOf(), other).preparation).toBe(other);
  const opening: ServicePreparation = { opensSockets: true };
  expect(planTeams({ teams: false }, presentOf(), opening).preparation).toBe(opening);
});
