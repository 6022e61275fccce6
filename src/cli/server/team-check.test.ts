/** `team check` counts what a team keeps in etcd, and names each fault in it. */
import { describe, expect, test } from "vitest";
import { startEtcdServer } from "../../../test/support/etcd-server.ts";
import { clusterSettings, recordsOfFoo, runTeam, startTeamEtcd, teamPrefix } from "../../../test/support/team-etcd.ts";

describe("team check", () => {
  test("counts what the team has, and what others have below the same path", async () => {
    await using etcd = await startTeamEtcd();
    etcd.put({
      [`${teamPrefix}/clusters/default`]: clusterSettings,
      [`${teamPrefix}/records/default/foo.dtk.io`]: recordsOfFoo,
      "/skydns/io/dtk/foo/hfs4": "{}",
      "/skydns/io/theirs/a": "{}",
    });
    expect(await runTeam(etcd, "team check")).toEqual({
      exitCode: 0,
      output: `etcd 3.6.5 at ${etcd.place}, database of 20 MiB
team dev: 1 cluster, 1 name
below /skydns: 1 key of the team, 1 of others
`,
      talk: "",
    });
    expect((await runTeam(etcd, "team check --skydns-path=/other")).output).toContain(
      "below /other: 0 keys of the team, 0 of",
    );
  });

  test.each<[string, Record<string, string>, string]>([
    [
      "records that are cut off",
      { [`${teamPrefix}/records/default/foo.dtk.io`]: recordsOfFoo.slice(1) },
      "/records/default/foo.dtk.io",
    ],
    [
      "records of another name",
      { [`${teamPrefix}/records/default/bar.dtk.io`]: recordsOfFoo },
      "/records/default/bar.dtk.io",
    ],
    ["settings that are none", { [`${teamPrefix}/clusters/default`]: "[]" }, "/clusters/default"],
    ["a key that no version writes", { [`${teamPrefix}/clusters/Default`]: clusterSettings }, "/clusters/Default"],
    ["a head that is none", { [`${teamPrefix}/heads/default`]: "{" }, "/heads/default"],
    ["an invitation that is none", { [`${teamPrefix}/desktops/0123456789`]: "{}" }, "/desktops/0123456789"],
    ["addresses that are none", { [`${teamPrefix}/addresses`]: "here" }, "/addresses"],
  ])("names %s, exit 1", async (_, changes, key) => {
    await using etcd = await startTeamEtcd();
    etcd.put(changes);
    const { exitCode, output } = await runTeam(etcd, "team check");
    expect(exitCode).toBe(1);
    expect(output.split("\n").filter((line) => line.startsWith("PROBLEM"))).toEqual([
      `PROBLEM  The value of ${teamPrefix}${key} cannot be read.`,
    ]);
  });

  test("names an alarm and a member without a leader", async () => {
    await using etcd = await startTeamEtcd();
    etcd.status = { leader: 0n, errors: ["etcdserver: mvcc: database space exceeded"] };
    const { exitCode, output } = await runTeam(etcd, "team check");
    expect(exitCode).toBe(1);
    expect(output).toContain(`PROBLEM  ${etcd.place} has no leader.\n`);
    expect(output).toContain(`PROBLEM  ${etcd.place} raises an alarm: etcdserver: mvcc: database space exceeded.\n`);
  });

  test("of an etcd without a team says how to found one", async () => {
    await using etcd = await startEtcdServer();
    const { exitCode, output, talk } = await runTeam(etcd, "team check");
    expect([exitCode, output]).toEqual([1, ""]);
    expect(talk).toContain(`hostsfile-server team init NAME --store=${etcd.url}`);
  });

  test("shows a key that would drive the terminal as escapes", async () => {
    await using etcd = await startTeamEtcd();
    etcd.put({ [`${teamPrefix}/records/default/\u001B[2J\u202E`]: "rubbish" });
    expect((await runTeam(etcd, "team check")).output).toContain("\\u001b[2J\\u202e");
  });
});
