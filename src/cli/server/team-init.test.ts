/** `team init` founds a team in an etcd once, and leaves alone what is there already. */
import { describe, expect, test } from "vitest";
import { startEtcdServer } from "../../../test/support/etcd-server.ts";
import { clusterSettings, runTeam, teamPrefix } from "../../../test/support/team-etcd.ts";

const meta = `${teamPrefix}/meta`;

describe("team init", () => {
  test("writes the team's identity once, and a second time says that it is there", async () => {
    await using etcd = await startEtcdServer();
    expect(await runTeam(etcd, "team init dev")).toEqual({
      exitCode: 0,
      output: `The team dev is kept in etcd at ${etcd.place} from now on.\n`,
      talk: "",
    });
    const kept = etcd.values();
    expect(JSON.parse(kept[meta] ?? "")).toEqual({ name: "dev", id: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect((await runTeam(etcd, "team init dev")).output).toBe("The team dev is there already.\n");
    expect(etcd.values()).toEqual(kept);
  });

  test.each<[string, Record<string, string>, string]>([
    ["another team", { [meta]: '{"name":"ops","id":"0123456789abcdef"}' }, "holds the team ops already"],
    ["a value that is no team", { [meta]: "{" }, "holds keys of another store already"],
    [
      "keys of ours without a team",
      { [`${teamPrefix}/clusters/default`]: clusterSettings },
      "holds keys of another store already",
    ],
  ])("leaves an etcd with %s as it is", async (_, changes, sentence) => {
    await using etcd = await startEtcdServer();
    etcd.put(changes);
    const { exitCode, output, talk } = await runTeam(etcd, "team init dev");
    expect([exitCode, output]).toEqual([3, ""]);
    expect(talk).toContain(sentence);
    expect(talk).toContain(`etcdctl --endpoints=${etcd.place} get --prefix --keys-only ${teamPrefix}/`);
    expect(etcd.values()).toEqual(changes);
  });

  test("leaves what belongs to others", async () => {
    await using etcd = await startEtcdServer();
    etcd.put({ "/skydns/io/theirs": "{}", "/registry/pods/a": "x" });
    expect((await runTeam(etcd, "team init dev")).exitCode).toBe(0);
    expect(etcd.values()).toMatchObject({ "/skydns/io/theirs": "{}", "/registry/pods/a": "x" });
  });

  test("is refused by what imitates etcd, and writes nothing there", async () => {
    await using etcd = await startEtcdServer();
    etcd.clusterId = 0n;
    const { exitCode, talk } = await runTeam(etcd, "team init dev");
    expect([exitCode, talk]).toEqual([
      3,
      expect.stringContaining(`at ${etcd.place} is not etcd but something that imitates`),
    ]);
    expect(talk).toContain(`etcdctl --endpoints=${etcd.place} endpoint status --write-out=fields`);
    expect(etcd.values()).toEqual({});
  });

  test("is refused by an etcd that is full, in one sentence", async () => {
    await using etcd = await startEtcdServer();
    etcd.refuse = (method) =>
      method === "Txn" ? { code: 8, details: "etcdserver: mvcc: database space exceeded" } : undefined;
    const { exitCode, talk } = await runTeam(etcd, "team init dev");
    expect([exitCode, talk]).toEqual([3, expect.stringContaining(`etcd at ${etcd.place} is full`)]);
  });
});
