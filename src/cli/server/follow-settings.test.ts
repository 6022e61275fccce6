/** On which port desktops follow a team, how it is encrypted, and how many may: as given, or not at all. */
import { describe, expect, test } from "vitest";
import { readSettings } from "../setting.ts";
import { followSettings, readFollow, usualFollowPort } from "./follow-settings.ts";

type FollowGiven = Parameters<typeof readFollow>[0];

const none: FollowGiven = { followPort: undefined, tlsCert: undefined, tlsKey: undefined, host: undefined };
const team = { isTeamServer: true, descriptors: 20_000 };

test("nothing given is nothing, also on a team server", () => {
  expect(readFollow(none, team)).toBeUndefined();
  expect(readFollow({ ...none, host: "127.0.0.1" }, team)).toBeUndefined();
});

describe("the port", () => {
  const tls = { tlsCert: "cert.pem", tlsKey: "key.pem" };

  test.each<[Partial<FollowGiven>, object]>([
    [tls, { port: usualFollowPort, host: undefined, tls: { certificate: "cert.pem", key: "key.pem" } }],
    [
      { ...tls, followPort: 8443, host: "::1" },
      { port: 8443, host: "::1" },
    ],
    [{ followPort: 0 }, { port: 0, tls: undefined }],
  ])("with %j", (given, expected) => {
    expect(readFollow({ ...none, ...given }, team)).toMatchObject(expected);
  });

  test.each(["65536", "-1", "https", ""])("is not %j", (text) => {
    const invocation = { program: "hostsfile-server", flags: { followPort: text }, words: [], environment: {} };
    expect(() => readSettings(followSettings, invocation)).toThrow(
      `--follow-port: ${JSON.stringify(text)} is not a port`,
    );
  });
});

describe("desktops that may follow", () => {
  test.each([
    [1_000_000, 10_000],
    [5000, 2800],
    // A few always may.
    [1024, 16],
    [0, 16],
  ])("with %i descriptors are %i, so that some are left for etcd and other callers", (descriptors, mostFollowers) => {
    expect(readFollow({ ...none, followPort: 1 }, { ...team, descriptors })?.mostFollowers).toBe(mostFollowers);
  });
});

describe("wrong usage", () => {
  const refusal = (given: Partial<FollowGiven>, isTeamServer = true) => {
    try {
      return readFollow({ ...none, ...given }, { ...team, isTeamServer });
    } catch (error) {
      return error;
    }
  };

  test.each<Partial<FollowGiven>>([{ tlsCert: "cert.pem" }, { tlsKey: "key.pem", followPort: 1 }])(
    "is half of a pair: %j",
    (given) => {
      expect(refusal(given)).toMatchObject({
        code: "wrong-usage",
        exitCode: 2,
        hint: "Give both --tls-cert and --tls-key.",
      });
    },
  );

  test.each<Partial<FollowGiven>>([{ followPort: 1 }, { tlsCert: "cert.pem", tlsKey: "key.pem" }])(
    "is %j where no team is served",
    (given) => {
      expect(refusal(given, false)).toMatchObject({
        code: "wrong-usage",
        exitCode: 2,
        hint: expect.stringContaining("--store="),
      });
    },
  );
});
