/** The check of teams. */
import { expect, test } from "vitest";
import { teamOf } from "../../../test/support/status.ts";
import { judgeTeams } from "./teams-followed.ts";

test.each([
  ["live", "ok"],
  ["held", "note"],
  ["unreachable", "warning"],
  ["other-store", "warning"],
])("a team that is %s is %s", (state, grade) => {
  expect(judgeTeams([teamOf({ state })])[0]?.grade).toBe(grade);
});

test("the finding says since when names are old, why, and what to type", () => {
  const away = teamOf({
    state: "unreachable",
    staleSince: "2026-11-29T00:00:00.000Z",
    reason: "etcd does not answer.",
  });
  expect(judgeTeams([away])[0]).toMatchObject({
    message:
      "The team dev is not followed. What is shown of it is from 2026-11-29T00:00:00.000Z. etcd does not answer.",
    command: "etcdctl --endpoints=e1.example.com:2379,e2.example.com:2379 endpoint health",
  });
});

test("without a team there is nothing to say", () => {
  expect(judgeTeams([])).toMatchObject([{ grade: "ok" }]);
});
