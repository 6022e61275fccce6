/** Doctor passes on what a team server says of its etcd, and says that all is well where it says nothing. */
import { expect, test } from "vitest";
import { teamServerOf } from "../../../test/support/status.ts";
import { judgeTeamServer } from "./team-server.ts";

const teamServer = teamServerOf();

test("a server that is no team's has nothing to judge", () => {
  expect(judgeTeamServer(undefined)).toMatchObject([{ grade: "ok" }]);
  expect(judgeTeamServer({ attention: [] })).toMatchObject([{ grade: "ok" }]);
});

test("all is well, in a sentence", () => {
  const [finding] = judgeTeamServer({ teamServer, attention: [] });
  expect(finding).toEqual({
    grade: "ok",
    message: "The team dev is followed live at 1 endpoint, and a read takes 2 ms; 3 keys are published.",
  });
});

test("what the server says of etcd keeps its code and its command, and what it says of other things is left to others", () => {
  const item = { message: "m", hint: "h:", command: "c" };
  const attention = [
    { code: "team-member-away", severity: "warning" as const, ...item },
    { code: "etcd-no-leader", ...item },
    { code: "team-etcd-old", severity: "info" as const, ...item },
    { code: "no-cluster-ip", severity: "error" as const, ...item },
  ];
  expect(judgeTeamServer({ teamServer, attention })).toEqual([
    { grade: "warning", code: "team-member-away", ...item },
    { grade: "problem", code: "etcd-no-leader", ...item },
    { grade: "note", code: "team-etcd-old", ...item },
  ]);
});
