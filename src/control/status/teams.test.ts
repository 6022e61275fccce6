/** What the status says of teams: since when names are old, what is refused, and when a person must look. */
import { describe, expect, test } from "vitest";
import type { TeamFacts } from "../../engine/team-facts.ts";
import type { FollowedTeam } from "../../engine/teams.ts";
import { emptyView, type NotShown } from "../../records/view.ts";
import { ownerOf, parseTeamName } from "../../records/team-name.ts";
import { describeTeams, findTeamAttention } from "./teams.ts";

const name = parseTeamName("dev");
if (name === undefined) throw new Error("the test's own name is wrong");
const owner = ownerOf(name);

const now = Date.UTC(2026, 0, 10);
const hour = 3_600_000;

const team: FollowedTeam = {
  name,
  rank: 1,
  settings: {
    domains: [],
    networks: [],
    mostNames: 10,
    link: { url: "etcd://e1.example.com", isInsecure: false, login: { user: "reader", password: "secret" } },
  },
  position: { cluster: "1", revision: "7", term: "2" },
  seenAt: now - 2 * hour,
  names: 3,
  previous: undefined,
  isHeld: false,
};

const live: TeamFacts = {
  team: name,
  state: "live",
  since: now - hour,
  wasLive: false,
  trouble: undefined,
  relists: { first: 1 },
};

function away(code: string, lasts: number, changed: Partial<TeamFacts> = {}): TeamFacts {
  const trouble = { code, message: "etcd does not answer.", hint: "Look." };
  return { ...live, state: "unreachable", since: now - lasts, wasLive: true, trouble, ...changed };
}

function refused(reason: NotShown["reason"]): NotShown {
  return { name: "x.dev.example.com", cluster: owner, type: "A", resource: undefined, reason };
}

function attention(
  facts: TeamFacts,
  changed: Partial<FollowedTeam> = {},
): readonly { code: string; message: string }[] {
  const known = { view: emptyView, shown: new Map(), facts: [facts] };
  return findTeamAttention(describeTeams([{ ...team, ...changed }], known).teams ?? [], { facts: [facts], now });
}

describe("what is said of a team", () => {
  test("names, what is refused and what others have are counted apart", () => {
    const notShown = [refused("team-shadowed"), refused("team-full"), refused("team-full")];
    const view = {
      ...emptyView,
      notShown: [...notShown, { ...refused("team-full"), cluster: ownerOf("other" as typeof name) }],
    };
    const { teams = [] } = describeTeams([team], { view, shown: new Map([[owner, 2]]), facts: [live] });
    expect(teams[0]).toMatchObject({ names: 3, shown: 2, shadowed: 1, refused: { "team-full": 2 }, staleSince: null });
  });

  test("nothing that lets anybody into the team's store", () => {
    expect(JSON.stringify(describeTeams([team], { view: emptyView, shown: new Map(), facts: [] }))).not.toContain(
      "secret",
    );
  });

  test("names are as old as the last time that they were followed", () => {
    const staleSince = (facts: readonly TeamFacts[]): string | null | undefined =>
      describeTeams([team], { view: emptyView, shown: new Map(), facts }).teams?.[0]?.staleSince;
    expect(staleSince([away("etcd-unreachable", hour)])).toBe(new Date(now - hour).toISOString());
    expect(staleSince([away("etcd-unreachable", hour, { wasLive: false })])).toBe(
      new Date(now - 2 * hour).toISOString(),
    );
    expect(staleSince([])).toBe(new Date(now - 2 * hour).toISOString());
  });

  test("without a team there is nothing to say", () => {
    expect(describeTeams([], { view: emptyView, shown: new Map(), facts: [] })).toEqual({});
  });
});

describe("a person must look", () => {
  test.each([
    ["not while it is live", live, []],
    ["not for a moment of absence", away("etcd-unreachable", 5_000), []],
    ["when nobody answers", away("etcd-unreachable", hour), ["team-unreachable"]],
    ["when there is no leader", away("etcd-no-leader", hour), ["team-no-leader"]],
    ["when the certificate is wrong", away("etcd-certificate", hour), ["team-certificate"]],
    ["when it may not read", away("etcd-denied", hour), ["team-denied"]],
    ["when names are days old", away("etcd-unreachable", 50 * hour), ["team-stale"]],
    ["when another store answers", away("team-other-store", 1, { state: "other-store" }), ["team-other-store"]],
  ] as const)("%s", (_, facts, codes) => {
    const seenAt = now - 50 * hour;
    expect(attention(facts, { seenAt }).map(({ code }) => code)).toEqual(codes);
  });

  test("when most names were lost, with both numbers", () => {
    const [item] = attention(live, { previous: { at: now, names: 40 } });
    expect(item?.message).toBe("The team dev lost most of its names: it has 3 names, and had 40.");
  });
});
