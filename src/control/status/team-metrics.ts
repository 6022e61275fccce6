/** The metrics of teams, by the conventions of Prometheus. */
import { Gauge, type Registry } from "prom-client";
import type { Status } from "../../contract/status.ts";

interface TeamGauges {
  readonly connected: Gauge<"team">;
  readonly revision: Gauge<"team">;
  readonly names: Gauge<"team">;
  readonly shown: Gauge<"team">;
  readonly stale: Gauge<"team">;
  readonly refused: Gauge<"team" | "reason">;
  readonly relists: Gauge<"team" | "reason">;
}

/** Makes the gauges, all without a value. */
export function createTeamGauges(registers: Registry[]): TeamGauges {
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> =>
    new Gauge({ name: `hostsfile_team_${name}`, help, labelNames, registers });
  return {
    connected: gauge("connected", "Whether a team is followed live.", ["team"]),
    revision: gauge("revision", "How far a team's store had come by what is shown.", ["team"]),
    names: gauge("names", "Names of a team that have something to show.", ["team"]),
    shown: gauge("names_shown", "Names of a team that are shown.", ["team"]),
    stale: gauge("stale_timestamp_seconds", "Since when a team's names may be old; absent while it is live.", ["team"]),
    refused: gauge("refused", "What a team may not say.", ["team", "reason"]),
    relists: gauge("relists", "Times since the start that a team's names were all listed.", ["team", "reason"]),
  };
}

/** Sets them to what the status says. They must have no value. */
export function setTeamGauges(gauges: TeamGauges, { teams = [] }: Status): void {
  for (const { name: team, state, revision, names, shown, staleSince, refused, relists } of teams) {
    gauges.connected.set({ team }, state === "live" ? 1 : 0);
    gauges.names.set({ team }, names);
    gauges.shown.set({ team }, shown);
    if (revision !== null) gauges.revision.set({ team }, Number(revision));
    if (staleSince !== null) gauges.stale.set({ team }, Date.parse(staleSince) / 1000);
    for (const [reason, count] of Object.entries(refused)) gauges.refused.set({ team, reason }, count);
    for (const [reason, count] of Object.entries(relists)) gauges.relists.set({ team, reason }, count);
  }
}
