/** `team invitations` and `team revoke`: who was invited, who joined, and taking that back. */
import { describe, expect, test } from "vitest";
import { runTeam, startTeamEtcd, teamPrefix } from "../../../test/support/team-etcd.ts";
import { parseFollowLink } from "../../contract/invitation.ts";

describe("an invitation", () => {
  test("is listed by its id until it is taken back", async () => {
    await using etcd = await startTeamEtcd();
    const { output } = await runTeam(etcd, "team invite --servers=https://t1.example.com:5443");
    const id = parseFollowLink(output.trim())?.invitation?.credential.id ?? "";
    const joined = { token: "t", desktop: "ann's \u001B[31m\u202Edesktop", at: "2026-01-02T00:00:00.000Z" };
    const old = {
      invitation: "h",
      domains: ["dtk.io"],
      at: "2026-01-01T00:00:00.000Z",
      expires: "2026-01-02T00:00:00.000Z",
    };
    etcd.put({
      [`${teamPrefix}/desktops/0000000001`]: JSON.stringify(old),
      [`${teamPrefix}/desktops/0000000002`]: JSON.stringify({ ...old, domains: [], joined }),
      [`${teamPrefix}/desktops/0000000003`]: "rubbish",
    });
    const list = async (): Promise<readonly string[]> =>
      (await runTeam(etcd, "team invitations")).output.trim().split("\n");
    expect((await list()).toSorted()).toEqual([
      "0000000001  expired  until 2026-01-02T00:00:00.000Z  dtk.io",
      "0000000002  joined  by ann's \\u001b[31m\\u202edesktop at 2026-01-02T00:00:00.000Z  all domains",
      expect.stringMatching(new RegExp(`^${id}  open  until 20.*  all domains$`)),
    ]);
    const asJSON = (await runTeam(etcd, "team invitations --json")).output;
    expect(asJSON).not.toMatch(/[\u001B\u202E]/);
    expect(asJSON).not.toMatch(/"t"|"h"/);
    const entries = asJSON
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    const { domains, at, expires } = old;
    expect(entries).toHaveLength(3);
    expect(entries).toEqual(
      expect.arrayContaining([
        { id: "0000000001", state: "expired", domains, at, expires, desktop: null, joinedAt: null },
        { id: "0000000002", state: "joined", domains: [], at, expires, desktop: joined.desktop, joinedAt: joined.at },
        expect.objectContaining({ id, state: "open", domains: [], desktop: null, joinedAt: null }),
      ]),
    );
    expect((await runTeam(etcd, `team revoke ${id}`)).output).toBe(
      `The invitation ${id} is taken back. Nobody can join by it any more.\n`,
    );
    expect((await runTeam(etcd, "team revoke 0000000002")).output).toContain("desktop follows the team no more.\n");
    expect(Object.keys(etcd.values()).filter((key) => key.includes("/desktops/"))).toEqual([
      `${teamPrefix}/desktops/0000000001`,
      `${teamPrefix}/desktops/0000000003`,
    ]);
  });

  test("that is not there cannot be taken back", async () => {
    await using etcd = await startTeamEtcd();
    const { exitCode, talk } = await runTeam(etcd, "team revoke 0123456789");
    expect([exitCode, talk]).toEqual([1, expect.stringContaining("There is no invitation 0123456789.")]);
  });
});
