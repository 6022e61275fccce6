import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { statusOf, teamServerOf } from "../../../test/support/status.ts";
import { createTeamServerGauges, setTeamServerGauges } from "./team-server-metrics.ts";

async function linesOf(teamServer: ReturnType<typeof teamServerOf> | undefined): Promise<readonly string[]> {
  const registry = new Registry();
  setTeamServerGauges(createTeamServerGauges([registry]), statusOf({ teamServer }));
  return (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

test("a server that is no team's has no value of them", async () => {
  expect(await linesOf(undefined)).toEqual([]);
});

test("what is not known yet has no value, and the rest has its own", async () => {
  const [endpoint] = teamServerOf().endpoints;
  const endpoints =
    endpoint === undefined ? [] : [endpoint, { ...endpoint, place: "e2:2379", answers: null, databaseBytes: null }];
  const lines = await linesOf(teamServerOf({ endpoints, quorum: null, readMilliseconds: null, lagSeconds: 3 }));
  expect(lines).toContain('hostsfile_team_server_connected{team="dev"} 1');
  expect(lines).toContain('hostsfile_team_server_endpoint_up{team="dev",endpoint="e1.example.com:2379"} 1');
  expect(lines).toContain(
    'hostsfile_team_server_endpoint_database_bytes{team="dev",endpoint="e1.example.com:2379"} 5000000',
  );
  expect(lines).toContain('hostsfile_team_server_lag_seconds{team="dev"} 3');
  expect(lines).toContain('hostsfile_team_server_transactions{team="dev",result="done"} 5');
  expect(lines.filter((line) => /_quorum|_read_|up\{team="dev",endpoint="e2/.test(line))).toEqual([]);
});
