/** A team is asked again at once when there is reason to hope, goes on where it was, and is listed no second time for that. */
import { once } from "node:events";
import { expect, test } from "vitest";
import type { TeamState } from "../../engine/team-facts.ts";
import type { TeamPosition, TeamSettings } from "../../engine/teams.ts";
import { parseManagedDomain } from "../../records/managed-domain.ts";
import { privateNetworks, usualMostNames } from "../../records/team.ts";
import { keepTeam } from "../../../test/support/kept-team.ts";
import { TeamFollower } from "./team-follower.ts";
import type { TeamNews, TeamSource } from "./team-source.ts";

const domain = parseManagedDomain("dev.example.com");
const settings: TeamSettings = {
  link: { url: "etcd://127.0.0.1:2379", isInsecure: true },
  domains: domain === undefined ? [] : [domain],
  networks: privateNetworks,
  mostNames: usualMostNames,
};
const trouble = { code: "team-unreachable", message: "It does not answer.", hint: "" };

function at(revision: number): TeamPosition {
  return { cluster: "1", revision: String(revision), term: "1" };
}

/** Follows a store that says these things each time that it is asked, and then nothing until it is left. */
function follow(answers: readonly (readonly TeamNews[])[]) {
  const asked: string[] = [];
  const counts = { lists: 0, renewals: 0, waits: 0 };
  const states: TeamState[] = [];
  const source: TeamSource = {
    list: async () => {
      counts.lists += 1;
      return Promise.resolve({ ok: true, position: at(1) });
    },
    writings: async () => Promise.resolve({ ok: false, trouble }),
    follow: async function* (from, signal) {
      const news = answers[asked.length] ?? [];
      asked.push(from.revision);
      yield* news;
      if (news.at(-1)?.kind !== "broken" && !signal.aborted) await once(signal, "abort");
    },
    renew: () => {
      counts.renewals += 1;
    },
    [Symbol.dispose]: () => undefined,
  };
  const kept = keepTeam(settings);
  const follower = new TeamFollower(kept.team(), {
    reconciler: kept.reconciler,
    source,
    now: () => 0,
    random: () => 1,
    // Only a signal ends a wait.
    sleep: async (_, signal) => {
      counts.waits += 1;
      if (!signal.aborted) await once(signal, "abort");
    },
    changed: ({ state }) => states.push(state),
  });
  return { follower, asked, counts, states };
}

test("a wait for a store that does not answer ends, and the store is asked by new connections", async () => {
  const { follower, asked, counts } = follow([[{ kind: "broken", trouble }], [{ kind: "live" }]]);
  await using _following = follower;
  await expect.poll(() => counts.waits).toBe(1);
  expect(follower.facts.state).toBe("unreachable");
  follower.lookAgain();
  await expect.poll(() => follower.facts.state).toBe("live");
  expect(asked).toEqual(["1", "1"]);
  expect(counts).toEqual({ lists: 1, renewals: 1, waits: 1 });
});

test("what is followed live goes on from where it was, without a list and without a word of trouble", async () => {
  const { follower, asked, counts, states } = follow([
    [{ kind: "live" }, { kind: "bookmark", position: at(5) }],
    [{ kind: "live" }, { kind: "bookmark", position: at(7) }],
    [{ kind: "live" }],
  ]);
  await using _following = follower;
  for (const turn of [1, 2]) {
    await expect.poll(() => asked.length).toBe(turn);
    // The bookmark is taken before what follows is asked for.
    await new Promise(setImmediate);
    follower.lookAgain();
  }
  await expect.poll(() => asked).toEqual(["1", "5", "7"]);
  expect(states).toEqual(["live"]);
  expect(counts).toEqual({ lists: 1, renewals: 2, waits: 0 });
});

test("an end ends a wait", async () => {
  const { follower, counts } = follow([[{ kind: "broken", trouble }]]);
  await expect.poll(() => counts.waits).toBe(1);
  await follower[Symbol.asyncDispose]();
  expect(counts.waits).toBe(1);
});
