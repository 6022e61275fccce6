/** `team log` has a line for each change of a team, as far back as etcd keeps them. */
import { describe, expect, test } from "vitest";
import { type EtcdServer, startEtcdServer } from "../../../test/support/etcd-server.ts";
import { clusterSettings, recordsOfFoo, runTeam, startTeamEtcd, teamPrefix } from "../../../test/support/team-etcd.ts";

function headOf(by: string): string {
  return JSON.stringify({ change: "c1", by, at: "2026-01-01T00:00:00.000Z", chunk: 0 });
}

describe("team log", () => {
  const history = async (): Promise<EtcdServer> => {
    const etcd = await startTeamEtcd();
    etcd.put({ [`${teamPrefix}/clusters/default`]: clusterSettings, [`${teamPrefix}/heads/default`]: headOf("one") });
    etcd.put({
      [`${teamPrefix}/records/default/foo.dtk.io`]: recordsOfFoo,
      [`${teamPrefix}/heads/default`]: headOf("two"),
    });
    etcd.put({
      [`${teamPrefix}/records/default/foo.dtk.io`]: undefined,
      [`${teamPrefix}/heads/default`]: headOf("three"),
    });
    return etcd;
  };

  test("has a line for each change, the oldest first, with who made it", async () => {
    await using etcd = await history();
    const { exitCode, output, talk } = await runTeam(etcd, "team log");
    expect([exitCode, talk]).toEqual([0, ""]);
    expect(output.split("\n").map((line) => line.split("  "))).toEqual([
      ["2", "-", "-", "-", "+team"],
      ["3", "2026-01-01T00:00:00.000Z", "one", "default", "+settings"],
      ["4", "2026-01-01T00:00:00.000Z", "two", "default", "+foo.dtk.io"],
      ["5", "2026-01-01T00:00:00.000Z", "three", "default", "-foo.dtk.io"],
      [""],
    ]);
  });

  test("as JSON has the same, one object a line", async () => {
    await using etcd = await history();
    const { output } = await runTeam(etcd, "team log --json");
    const entries = output
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(entries).toHaveLength(4);
    expect(entries[2]).toEqual({
      revision: "4",
      at: "2026-01-01T00:00:00.000Z",
      by: "two",
      cluster: "default",
      changes: ["+foo.dtk.io"],
    });
  });

  test("begins where etcd's history does, and says so", async () => {
    await using etcd = await history();
    etcd.compact();
    etcd.put({ [`${teamPrefix}/records/default/bar.dtk.io`]: "{}", [`${teamPrefix}/heads/default`]: headOf("four") });
    const { exitCode, output, talk } = await runTeam(etcd, "team log");
    expect([exitCode, talk]).toEqual([0, "etcd keeps nothing of what came before revision 6.\n"]);
    expect(output).toMatch(/^6 {2}\S+ {2}four {2}default {2}\+bar\.dtk\.io\n$/);
  });

  test("of an etcd without a team is empty, and ends", async () => {
    await using etcd = await startEtcdServer();
    etcd.put({ "/skydns/io/theirs": "{}" });
    expect(await runTeam(etcd, "team log")).toEqual({ exitCode: 0, output: "", talk: "" });
  });

  test("shows what others wrote as escapes", async () => {
    await using etcd = await startTeamEtcd();
    etcd.put({ [`${teamPrefix}/heads/default`]: headOf("\u001B[2Jme") });
    for (const line of ["team log", "team log --json"])
      expect((await runTeam(etcd, line)).output).not.toContain("\u001B");
  });
});
