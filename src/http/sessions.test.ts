/** A link works once and for a minute; a session for a working day; neither outlives the token that made it. */
import { describe, expect, test } from "vitest";
import { Sessions, linkLife, sessionLife } from "./sessions.ts";
import type { AdminToken } from "../contract/token.ts";

function make(): {
  sessions: Sessions;
  pass: (seconds: number) => void;
  setToken: (token: string | undefined) => void;
} {
  let [time, adminToken]: [number, string | undefined] = [Date.UTC(2026, 0, 1), "first"];
  return {
    sessions: new Sessions({ adminToken: () => toHeld(adminToken), now: () => time }),
    pass: (seconds) => (time += seconds * 1000),
    setToken: (token) => (adminToken = token),
  };
}

function toHeld(token: string | undefined): AdminToken {
  return token === undefined ? { kind: "none" } : { kind: "known", token };
}

/** Begins a session that must be there. */
function begin(sessions: Sessions): string {
  const secret = sessions.begin(sessions.makeLink());
  if (secret === undefined) throw new Error("no session");
  return secret;
}

describe("a link", () => {
  test("works once", () => {
    const { sessions } = make();
    const link = sessions.makeLink();
    expect(sessions.has(sessions.begin(link))).toBe(true);
    expect(sessions.begin(link)).toBeUndefined();
  });

  test("works for a minute", () => {
    const { sessions, pass } = make();
    const [first, second] = [sessions.makeLink(), sessions.makeLink()];
    pass(linkLife - 1);
    expect(sessions.begin(first)).toBeDefined();
    pass(1);
    expect(sessions.begin(second)).toBeUndefined();
  });

  test("is not a session's secret, nor the other way round", () => {
    const { sessions } = make();
    const link = sessions.makeLink();
    expect(sessions.has(link)).toBe(false);
    expect(sessions.begin(begin(sessions))).toBeUndefined();
  });

  test.each(["", "x", "../open"])("%j is none", (text) => {
    const { sessions } = make();
    sessions.makeLink();
    expect(sessions.begin(text)).toBeUndefined();
    expect(sessions.has(text)).toBe(false);
  });

  test("cannot be guessed: 256 bits, never the same", () => {
    const { sessions } = make();
    const links = Array.from({ length: 100 }, () => sessions.makeLink());
    expect(new Set(links).size).toBe(100);
    for (const link of links) expect(link).toMatch(/^[\w-]{43}$/);
  });

  test("of many only the newest work, so that nothing piles up", () => {
    const { sessions } = make();
    const links = Array.from({ length: 20 }, () => sessions.makeLink());
    expect(links.map((link) => sessions.begin(link) !== undefined)).toEqual([
      ...Array.from({ length: 4 }, () => false),
      ...Array.from({ length: 16 }, () => true),
    ]);
  });
});

describe("a session", () => {
  test("lasts a working day, whatever it is used for", () => {
    const { sessions, pass } = make();
    const secret = begin(sessions);
    pass(sessionLife - 1);
    expect(sessions.has(secret)).toBe(true);
    pass(1);
    expect(sessions.has(secret)).toBe(false);
  });

  test("ends with the token that made it, and does not come back", () => {
    const { sessions, setToken } = make();
    const [secret, link] = [begin(sessions), sessions.makeLink()];
    setToken("second");
    expect(sessions.has(secret)).toBe(false);
    expect(sessions.begin(link)).toBeUndefined();
    expect(sessions.has(begin(sessions))).toBe(true);
    setToken("first");
    expect(sessions.has(secret)).toBe(false);
  });

  test("without a cookie there is none", () => {
    expect(make().sessions.has(undefined)).toBe(false);
  });

  test("beside another goes on, until there are too many", () => {
    const { sessions } = make();
    const secrets = Array.from({ length: 17 }, () => begin(sessions));
    expect(secrets.map((secret) => sessions.has(secret))).toEqual([false, ...Array.from({ length: 16 }, () => true)]);
  });
});
