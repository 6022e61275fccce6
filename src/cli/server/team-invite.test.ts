/** `team invite` prints what opens a team for one desktop, and keeps a hash of its secret alone. */
import { describe, expect, test } from "vitest";
import { startEtcdServer } from "../../../test/support/etcd-server.ts";
import { runTeam, startTeamEtcd, teamPrefix } from "../../../test/support/team-etcd.ts";
import { hashOfSecret, parseFollowLink } from "../../contract/invitation.ts";

describe("an invitation", () => {
  const servers = "--servers=https://t1.example.com:5443";

  test("is one line that opens the team for one desktop; only a hash of its secret is kept", async () => {
    await using etcd = await startTeamEtcd();
    const { exitCode, output, talk } = await runTeam(etcd, `team invite ${servers} --domains=dtk.io --expires=1d`);
    expect(exitCode).toBe(0);
    const { credential } = parseFollowLink(output.trim())?.invitation ?? expect.fail();
    expect(output).toMatch(/^https:\/\/t1\.example\.com:5443\/#\S+\n$/);
    expect(talk).toContain("It opens dtk.io.");
    expect(talk).toContain(`To take it back: hostsfile-server team revoke ${credential.id}\n`);
    const kept = etcd.values()[`${teamPrefix}/desktops/${credential.id}`] ?? expect.fail();
    expect(kept).not.toContain(credential.secret);
    const { invitation, domains, at, expires } = JSON.parse(kept) as Record<string, string>;
    expect([invitation, domains]).toEqual([hashOfSecret(credential.secret), ["dtk.io"]]);
    expect(Date.parse(expires ?? "") - Date.parse(at ?? "")).toBe(86_400_000);
  });

  test("knows the servers that were said before", async () => {
    await using etcd = await startTeamEtcd();
    const first = await runTeam(etcd, "team invite");
    expect([first.exitCode, first.output]).toEqual([2, ""]);
    expect(first.talk).toContain("Nobody has said yet where desktops reach the team servers.");
    await runTeam(etcd, `team invite ${servers}`);
    expect((await runTeam(etcd, "team invite")).output).toMatch(/^https:\/\/t1\.example\.com:5443\/#/);
  });

  test("over a connection that anyone can read is warned of", async () => {
    await using etcd = await startTeamEtcd();
    const exposed = await runTeam(etcd, "team invite --servers=http://t1.example.com:5443");
    expect(exposed.talk).toContain("What goes to t1.example.com is not encrypted");
    const own = await runTeam(etcd, "team invite --servers=http://127.0.0.1:5443");
    expect(own.talk).not.toContain("not encrypted");
  });

  test("of an etcd without a team is not written", async () => {
    await using etcd = await startEtcdServer();
    expect((await runTeam(etcd, `team invite ${servers}`)).exitCode).toBe(3);
    expect(etcd.values()).toEqual({});
  });

  test.each([
    ["an authority without servers", "--servers-ca=ca.pem", 2, "--servers-ca is for the servers that --servers names."],
    [
      "an authority that is not there",
      `${servers} --servers-ca=/nowhere/ca.pem`,
      3,
      "/nowhere/ca.pem, which --servers-ca names",
    ],
    [
      "an authority without a certificate",
      `${servers} --servers-ca=package.json`,
      3,
      "package.json holds no certificate.",
    ],
    ["servers that are none", "--servers=t1.example.com", 2, "--servers: "],
    [
      "an invitation in place of servers",
      `--servers=https://t1.example.com/#0123456789.${"A".repeat(43)}`,
      2,
      "--servers: ",
    ],
    ["a time that is none", `${servers} --expires=never`, 2, "--expires: "],
  ])("with %s is refused, and nothing is written", async (_, flags, code, sentence) => {
    await using etcd = await startTeamEtcd();
    const before = etcd.values();
    const { exitCode, output, talk } = await runTeam(etcd, `team invite ${flags}`);
    expect([exitCode, output]).toEqual([code, ""]);
    expect(talk).toContain(sentence);
    expect(etcd.values()).toEqual(before);
  });
});
