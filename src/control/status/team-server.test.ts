/** What the status says of a team server's etcd, and what of it needs attention. */
import { describe, expect, test } from "vitest";
import type { EndpointFacts, TeamServerFacts } from "../../engine/team-server-facts.ts";
import { describeTeamServer, findTeamServerAttention } from "./team-server.ts";

const said: NonNullable<EndpointFacts["said"]> = {
  version: "3.7.3",
  isLeader: true,
  hasLeader: true,
  isLearner: false,
  databaseBytes: 5_000_000,
  alarms: [],
  imitation: undefined,
  milliseconds: 1.6,
};

const facts: TeamServerFacts = {
  team: "dev",
  path: "/skydns",
  revision: 2n ** 60n,
  trouble: undefined,
  since: 0,
  lists: 1,
  endpoints: [{ place: "e1:2379", trouble: undefined, said }],
  quorum: { isThere: true, milliseconds: 1.4 },
  lag: 0,
  transactions: { done: 5, lost: 1, unknown: 0, refused: 0 },
  projection: { keys: 7, repairs: 2, broken: [], brokenTotal: 0 },
  unreadable: [],
  unreadableTotal: 0,
};

function codes(more: Partial<TeamServerFacts>): readonly string[] {
  return findTeamServerAttention({ ...facts, ...more }).map(({ code }) => code);
}

function ofEndpoint(more: Partial<typeof said>): readonly string[] {
  return codes({ endpoints: [{ place: "e1:2379", trouble: undefined, said: { ...said, ...more } }] });
}

test("a revision is a text, since it may be larger than numbers are exact", () => {
  expect(describeTeamServer(facts)).toMatchObject({
    name: "dev",
    live: true,
    revision: "1152921504606846976",
    quorum: true,
    readMilliseconds: 1,
    endpoints: [{ place: "e1:2379", answers: true, leader: true, milliseconds: 2 }],
  });
});

test("before anything was asked, nothing is claimed", () => {
  const endpoints = [{ place: "e1:2379", trouble: undefined, said: undefined }];
  const status = describeTeamServer({ ...facts, team: undefined, revision: undefined, quorum: undefined, endpoints });
  expect(status).toMatchObject({
    name: null,
    revision: null,
    quorum: null,
    endpoints: [{ answers: null, version: null }],
  });
  expect(codes({ endpoints, quorum: undefined })).toEqual([]);
});

describe("attention", () => {
  test("all is well", () => expect(codes({})).toEqual([]));

  test.each([
    ["etcdserver: mvcc: database space exceeded", "team-no-space"],
    ["memberID:123 alarm:NOSPACE ", "team-no-space"],
    ["memberID:123 alarm:CORRUPT ", "team-corrupt-alarm"],
    ["etcdserver: corrupt cluster", "team-corrupt-alarm"],
    ["something new", "team-alarm"],
  ])("the alarm %j is %s", (alarm, code) => expect(ofEndpoint({ alarms: [alarm] })).toEqual([code]));

  test.each([
    ["3.4.23", true],
    ["3.5.33", true],
    ["3.6.13", true],
    ["3.6.14", false],
    ["3.7.0", true],
    ["3.7.1", false],
    ["3.8.0", false],
    ["4.0.0", false],
    ["", false],
  ])("version %j is too old for others' users: %s", (version, isOld) => {
    expect(ofEndpoint({ version })).toEqual(isOld ? ["team-etcd-old"] : []);
  });

  test("what imitates etcd is named as that, whatever version it claims to be", () => {
    const imitation = { code: "etcd-imitated", message: "It is kine.", hint: "Run etcd." };
    expect(ofEndpoint({ imitation, version: "3.5.13" })).toEqual(["etcd-imitated"]);
  });

  test("an endpoint that does not answer is said once", () => {
    const trouble = { code: "etcd-unreachable", message: "etcd does not answer at e1:2379.", hint: "Look." };
    const endpoints = [{ place: "e1:2379", trouble, said: undefined }];
    expect(codes({ endpoints })).toEqual(["team-member-away"]);
    expect(codes({ endpoints, trouble })).toEqual([]);
  });

  test("a lag of some seconds is nothing, a longer one is said", () => {
    expect(codes({ lag: 14_000 })).toEqual([]);
    expect(codes({ lag: 20_000 })).toEqual(["team-behind"]);
  });

  test("keys that nobody can read are named, the first of them", () => {
    const found = findTeamServerAttention({
      ...facts,
      unreadable: ["/hostsfile-server/v1/records/a/\u001b"],
      unreadableTotal: 3,
      projection: { ...facts.projection, broken: ["/skydns/io/x"], brokenTotal: 1 },
    });
    expect(found.map(({ code, message }) => [code, message])).toEqual([
      ["team-value-unreadable", expect.stringContaining("Each of 3 values of the team cannot be read")],
      ["team-projection-foreign", expect.stringContaining("A value below the SkyDNS path")],
    ]);
    expect(found[0]?.message).not.toContain("\u001b");
  });
});
