/** A team server says who wrote a name, and where etcd cannot be asked it says that, and not that nobody did. */
import { expect, test } from "vitest";
import { makeTestApp } from "../../test/support/test-app.ts";
import type { TeamServerObserver } from "../engine/team-server-facts.ts";

function observer(writings: TeamServerObserver["writings"]): TeamServerObserver {
  return { writings, facts: () => expect.fail("nobody asks for the status") };
}

async function ask(teamServer: TeamServerObserver) {
  await using app = await makeTestApp({ teamServer });
  const answer = await app.call("GET /team-server/names/FOO.dtk.io.");
  return { status: answer.status, body: await answer.json() };
}

test("who wrote a name is said for each cluster, by the name as it is kept", async () => {
  const stamp = { by: "t1", at: "2026-01-01T00:00:00.000Z" };
  const teamServer = observer(async (name) => {
    expect(name).toBe("foo.dtk.io");
    return [
      { cluster: "a", revision: "7", stamp },
      { cluster: "b", revision: "8", stamp: undefined },
    ];
  });
  expect(await ask(teamServer)).toEqual({
    status: 200,
    body: [
      { cluster: "a", revision: "7", ...stamp },
      { cluster: "b", revision: "8", by: null, at: null },
    ],
  });
});

test("where etcd does not answer, its trouble is the answer", async () => {
  const trouble = { code: "etcd-unreachable", message: "etcd does not answer at e1:2379: away.", hint: "Look." };
  expect(await ask(observer(async () => trouble))).toMatchObject({
    status: 503,
    body: { code: "etcd-unreachable", error: trouble.message },
  });
});
