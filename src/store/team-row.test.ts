/** A row of a team that breaks a rule is damage, and never a team with less in it; one that keeps them comes back as it was. */
import { describe, expect, test } from "vitest";
import { parseAddress } from "../records/address.ts";
import type { TeamEntry } from "../records/team.ts";
import { entryText, readKeysRow, readNameRow, readTeamRow } from "./team-row.ts";
import { DamageError } from "./trouble.ts";

const settings = {
  domains: ["dev.example.com"],
  networks: ["10.0.0.0/8"],
  mostNames: 10_000,
  link: { url: "etcd://e1.example.com:2379", isInsecure: false },
};
const position = { cluster: "14841639068965178418", revision: "7", term: "2" };
const team = {
  name: "dev",
  rank: 1,
  settings: JSON.stringify(settings),
  position: JSON.stringify(position),
  seen_at: 1000,
  previous_at: 900,
  is_held: 1,
};

describe("a team", () => {
  test("comes back whole", () => {
    expect(readTeamRow(team)).toEqual({
      name: "dev",
      rank: 1,
      settings,
      position,
      seenAt: 1000,
      previousAt: 900,
      isHeld: true,
    });
  });

  test("that was never listed has no position and no times", () => {
    const row = { ...team, position: null, seen_at: null, previous_at: null, is_held: 0 };
    expect(readTeamRow(row)).toEqual({
      name: "dev",
      rank: 1,
      settings,
      position: undefined,
      seenAt: undefined,
      previousAt: undefined,
      isHeld: false,
    });
  });

  test("keeps everything by which its store is reached", () => {
    const link = {
      url: "etcd://e1",
      isInsecure: true,
      authority: "CA",
      identity: { certificate: "CERT", key: "KEY" },
      login: { user: "ann", password: "secret" },
    };
    expect(readTeamRow({ ...team, settings: JSON.stringify({ ...settings, link }) }).settings.link).toEqual(link);
  });

  const changed = (part: object): object => ({ settings: JSON.stringify({ ...settings, ...part }) });

  test.each<[string, object]>([
    ["a name that a team cannot have", { name: "Dev" }],
    ["no name", { name: null }],
    ["a rank that is not whole", { rank: 1.5 }],
    ["settings that are cut off", { settings: team.settings.slice(0, -1) }],
    ["settings of another kind", { settings: "[]" }],
    ["a domain that is not one", changed({ domains: ["dev example"] })],
    ["no domains", changed({ domains: undefined })],
    ["networks that are not texts", changed({ networks: [10] })],
    ["a limit that is a text", changed({ mostNames: "10" })],
    ["no link", changed({ link: undefined })],
    ["a link that does not say whether it is insecure", changed({ link: { url: "etcd://e1" } })],
    ["a certificate without its key", changed({ link: { ...settings.link, identity: { certificate: "CERT" } } })],
    ["a position that is not JSON", { position: "" }],
    ["a revision that is a number", { position: JSON.stringify({ ...position, revision: 7 }) }],
    ["a revision that is too long", { position: JSON.stringify({ ...position, revision: "1".repeat(21) }) }],
    ["a negative term", { position: JSON.stringify({ ...position, term: "-1" }) }],
    ["a time that is a text", { seen_at: "1000" }],
  ])("with %s is damage", (_, damage) => {
    expect(() => readTeamRow({ ...team, ...damage })).toThrow(DamageError);
  });
});

const address = parseAddress("10.0.0.1") ?? expect.fail();
const entry: TeamEntry = {
  name: "foo.dev.example.com",
  addresses: [address],
  others: [
    { type: "TXT", targets: ["hello"], ttl: 60 },
    { type: "MX", targets: ["10 mail.example.com"], ttl: undefined },
  ],
  ttl: 5,
  resource: "ingress/default/test",
  refused: ["team-outside-networks"],
};
const row = {
  name: entry.name,
  entry: entryText(entry),
  keys: JSON.stringify([["/skydns/com/example/dev/foo", '{"host":"10.0.0.1"}']]),
};

describe("a name", () => {
  test.each<[string, TeamEntry]>([
    ["with everything", entry],
    [
      "with nothing but addresses",
      { name: "a.io", addresses: [address], others: [], ttl: undefined, resource: undefined, refused: [] },
    ],
    [
      "with nothing to show",
      { name: "a.io", addresses: [], others: [], ttl: undefined, resource: undefined, refused: ["team-full"] },
    ],
    ["with a TTL of 0", { ...entry, ttl: 0 }],
  ])("%s comes back as it was written", (_, written) => {
    expect(readNameRow({ name: written.name, entry: entryText(written) })).toEqual(written);
  });

  test("comes back with the keys that it was made from, in their order", () => {
    const keys = [
      ["/skydns/b", "2"],
      ["/skydns/a", "1"],
    ];
    expect(readKeysRow({ ...row, keys: JSON.stringify(keys) })).toEqual({ entry, keys });
  });

  const changed = (part: object): object => ({ entry: JSON.stringify({ ...JSON.parse(row.entry), ...part }) });
  const damages: readonly [string, object][] = [
    ["no name", { name: null }],
    ["an entry that is cut off", { entry: row.entry.slice(0, -1) }],
    ["an address that is not one", changed({ addresses: ["10.0.0.256"] })],
    ["no addresses", changed({ addresses: undefined })],
    ["records without a type", changed({ others: [{ targets: [] }] })],
    ["targets that are not a list", changed({ others: [{ type: "TXT", targets: "hello" }] })],
    ["a TTL that is a text", changed({ ttl: "5" })],
    ["a reason that nobody knows", changed({ refused: ["team-whatever"] })],
  ];

  test.each(damages)("with %s is damage, however much of it is read", (_, damage) => {
    expect(() => readNameRow({ ...row, ...damage })).toThrow(DamageError);
    expect(() => readKeysRow({ ...row, ...damage })).toThrow(DamageError);
  });

  test.each([
    ["no JSON", "["],
    ["keys without values", '[["/skydns/a"]]'],
    ["a value that is a number", '[["/skydns/a",1]]'],
    ["three parts", '[["/skydns/a","1","2"]]'],
  ])("whose keys are %s is damage where they are read, and not where they are not", (_, keys) => {
    expect(() => readKeysRow({ ...row, keys })).toThrow(DamageError);
    expect(readNameRow({ ...row, keys })).toEqual(entry);
  });
});
