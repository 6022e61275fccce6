/** The flags of `join`: what each takes, and the sentence for what it does not. */
import { describe, expect, test } from "vitest";
import { type FlagValues, readSettings, readWords } from "../setting.ts";
import { joinSettings, joinedTeam, teamLink } from "./join-settings.ts";

function read(flags: FlagValues) {
  return readSettings(joinSettings, { program: "hostsfile-server", flags, words: [], environment: {} }).given;
}

function readTeam(word: string) {
  return readWords({ team: joinedTeam }, { program: "hostsfile-server", flags: {}, words: [word], environment: {} });
}

test("nothing is agreed to unless that is said", () => {
  expect(Object.values(read({})).filter((value) => value !== undefined)).toEqual([]);
});

test.each<[FlagValues, keyof typeof joinSettings, unknown]>([
  [{ domains: "Dev.Example.com., dtk.io" }, "domains", ["dev.example.com", "dtk.io"]],
  [{ name: "dev-2" }, "name", "dev-2"],
  [{ teamNetworks: "203.0.113.0/24, 2001:db8::/32" }, "networks", ["203.0.113.0/24", "2001:db8::/32"]],
  [{ teamNames: "1" }, "mostNames", 1],
  [{ teamNames: "999999" }, "mostNames", 999_999],
  [{ teamCa: "ca.pem" }, "authority", "ca.pem"],
  [{ teamCert: "cert.pem" }, "certificate", "cert.pem"],
  [{ teamKey: "key.pem" }, "key", "key.pem"],
  [{ teamUser: "ann" }, "user", "ann"],
  [{ teamPasswordFile: "password" }, "passwordFile", "password"],
  [{ insecure: true }, "insecure", true],
  [{ dryRun: true }, "dryRun", true],
  [{ yes: true }, "yes", true],
])("%j gives %s", (flags, key, expected) => {
  expect(read(flags)[key]).toEqual(expected);
});

describe("what is refused", () => {
  test.each<[FlagValues, string]>([
    [{ domains: "dev example" }, '--domains: "dev example" is not a domain name, for example dtk.io'],
    [{ teamNetworks: "203.0.113.0/24,here" }, "is not a list of networks"],
    [{ teamNames: "0" }, '--team-names: "0" is not a number of names'],
    [{ teamNames: "-1" }, "is not a number of names"],
    [{ teamNames: "1e3" }, "is not a number of names"],
    [{ teamNames: "1000000" }, "is not a number of names"],
    [{ name: "The Team" }, "is not a team's name (lower-case letters, digits and hyphens)"],
    [{ name: "" }, "--name"],
  ])("%j: %s", (flags, sentence) => {
    expect(() => read(flags)).toThrow(sentence);
  });
});

describe("a team on the command line", () => {
  test.each(["dev", "a", "0", "dev-2", "x".repeat(63)])("%s is a name", (word) => {
    expect(readTeam(word)).toEqual({ team: word });
  });

  test.each(["Dev", "dev.example", "-dev", "dev-", "team:dev", "x".repeat(64), ""])("%j is not", (word) => {
    expect(() => readTeam(word)).toThrow("TEAM: ");
  });
});

test("a link is taken as it is, since the server says what is wrong with it", () => {
  const words = ["etcd://e1:2379,e2:2379/skydns"];
  expect(readWords({ link: teamLink }, { program: "hostsfile-server", flags: {}, words, environment: {} })).toEqual({
    link: words[0],
  });
});
