/** Every combination of what is known of a request is decided as design section 4 says, restated here in its own words. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Access, type Call, judge } from "./verdict.ts";

const curlFromHere: Omit<Call, "access"> = {
  place: "own",
  isListExplicit: false,
  isTokenRequired: false,
  isTokenUnusable: false,
  isTokenShown: false,
  isSessionShown: false,
  isFromBrowser: false,
  isCrossOrigin: false,
  isHostTrusted: true,
};

const columns: readonly Access[] = ["webhook", "configuration", "detail", "reading", "word", "challenge"];
const all: readonly Access[] = [...columns, "watch"];

function statusOf(call: Call): number {
  const verdict = judge(call);
  return verdict.admit ? 200 : verdict.status;
}

function row(known: Partial<Call>): number[] {
  return columns.map((access) => statusOf({ ...curlFromHere, ...known, access }));
}

const token = { isTokenRequired: true, isTokenShown: true };
const noToken = { isTokenRequired: true };
const explicit = { isListExplicit: true };

/** webhook, configuration, status, reading the configuration, bare word, challenge */
test.each<{ who: string; known: Partial<Call>; expected: number[] }>([
  { who: "this machine", known: {}, expected: [200, 200, 200, 200, 200, 200] },
  { who: "a guest", known: { place: "allowed" }, expected: [200, 403, 403, 200, 200, 200] },
  { who: "a stranger", known: { place: "stranger" }, expected: [503, 403, 403, 403, 403, 403] },
  { who: "this machine, token missing", known: noToken, expected: [401, 401, 401, 401, 200, 200] },
  { who: "a guest, token missing", known: { ...noToken, place: "allowed" }, expected: [401, 401, 401, 401, 200, 200] },
  {
    who: "a stranger, token missing",
    known: { ...noToken, place: "stranger" },
    expected: [401, 401, 401, 401, 403, 403],
  },
  { who: "this machine with its token", known: token, expected: [200, 200, 200, 200, 200, 200] },
  { who: "a guest with its token", known: { ...token, place: "allowed" }, expected: [200, 200, 200, 200, 200, 200] },
  { who: "a stranger with a token", known: { ...token, place: "stranger" }, expected: [200, 200, 200, 200, 200, 200] },
  {
    who: "a stranger to --allow with a token",
    known: { ...token, ...explicit, place: "stranger" },
    expected: [503, 403, 403, 403, 403, 403],
  },
  {
    who: "a stranger to --allow without the token",
    known: { ...noToken, ...explicit, place: "stranger" },
    expected: [503, 403, 403, 403, 403, 403],
  },
  {
    who: "a browser of this machine with a session",
    known: { ...noToken, isSessionShown: true, isFromBrowser: true },
    expected: [403, 403, 200, 401, 200, 403],
  },
  {
    who: "curl from here with the cookie of a session",
    known: { ...noToken, isSessionShown: true },
    expected: [401, 401, 200, 401, 200, 200],
  },
  {
    who: "a session from elsewhere",
    known: { ...noToken, isSessionShown: true, place: "allowed" },
    expected: [401, 401, 401, 401, 200, 200],
  },
  {
    who: "a session under a name of nobody",
    known: { ...noToken, isSessionShown: true, isHostTrusted: false },
    expected: [401, 401, 403, 401, 403, 403],
  },
  { who: "a name of nobody", known: { isHostTrusted: false }, expected: [503, 403, 403, 403, 403, 403] },
  {
    who: "a name of nobody with a token",
    known: { ...token, isHostTrusted: false },
    expected: [200, 200, 200, 200, 200, 200],
  },
  { who: "a page of ours", known: { isFromBrowser: true }, expected: [403, 403, 200, 200, 200, 403] },
  {
    who: "a foreign page, token and all",
    known: { ...token, isFromBrowser: true, isCrossOrigin: true },
    expected: [403, 403, 403, 403, 403, 403],
  },
])("$who: $expected", ({ known, expected }) => {
  expect(row(known)).toEqual(expected);
});

const anyCall: fc.Arbitrary<Call> = fc.record({
  access: fc.constantFrom(...all),
  place: fc.constantFrom<Call["place"]>("own", "allowed", "stranger"),
  isListExplicit: fc.boolean(),
  isTokenRequired: fc.boolean(),
  isTokenUnusable: fc.boolean(),
  isTokenShown: fc.boolean(),
  isSessionShown: fc.boolean(),
  isFromBrowser: fc.boolean(),
  isCrossOrigin: fc.boolean(),
  isHostTrusted: fc.boolean(),
});

const drives = ({ access }: Call): boolean => ["webhook", "configuration", "watch", "challenge"].includes(access);
const isForAll = ({ access }: Pick<Call, "access">): boolean => access === "word" || access === "challenge";

test.each<{ rule: string; forbids: (call: Call) => boolean }>([
  { rule: "a browser never drives", forbids: (call) => drives(call) && call.isFromBrowser },
  { rule: "another origin never reads", forbids: (call) => !drives(call) && call.isCrossOrigin },
  {
    rule: "where a token is required, only a bare word and a proof come without, and to a session the status",
    forbids: ({ isTokenRequired, isTokenShown, isSessionShown, access }) =>
      isTokenRequired && !isTokenShown && !isForAll({ access }) && !(access === "detail" && isSessionShown),
  },
  {
    rule: "a session counts for this machine alone, and changes nothing",
    forbids: ({ isTokenRequired, isTokenShown, isSessionShown, access, place }) =>
      isTokenRequired &&
      !isTokenShown &&
      isSessionShown &&
      !isForAll({ access }) &&
      (access !== "detail" || place !== "own"),
  },
  {
    rule: "without a token only this machine configures and reads the status",
    forbids: ({ access, isTokenShown, place }) =>
      ["configuration", "watch", "detail"].includes(access) && !isTokenShown && place !== "own",
  },
  { rule: "a foreign name needs a token", forbids: (call) => !call.isHostTrusted && !call.isTokenShown },
  {
    rule: "an address outside a given list is never let in",
    forbids: (call) => call.isListExplicit && call.place === "stranger",
  },
])("whatever else is known, $rule", ({ forbids }) => {
  fc.assert(
    fc.property(anyCall.filter(forbids), (call) => {
      expect(statusOf(call)).not.toBe(200);
    }),
  );
});

test("a watcher is let in as who configures is, with a token of its own", () => {
  fc.assert(
    fc.property(anyCall, (call) => {
      expect(statusOf({ ...call, access: "watch" })).toBe(statusOf({ ...call, access: "configuration" }));
    }),
  );
});

test("a token that cannot be used lets nobody in, and is a trouble that may pass", () => {
  const known = { ...noToken, isTokenUnusable: true };
  expect(row(known)).toEqual([503, 503, 503, 503, 200, 200]);
  expect(row({ ...known, place: "allowed" })).toEqual([503, 503, 503, 503, 200, 200]);
  expect(row({ ...known, place: "stranger" })).toEqual([503, 503, 503, 503, 403, 403]);
});

test("a webhook request gets no 4xx but for a browser and a missing token", () => {
  const calls = anyCall.filter(({ access, isFromBrowser }) => access === "webhook" && !isFromBrowser);
  fc.assert(
    fc.property(calls, (call) => {
      expect(call.isTokenRequired ? [200, 401, 503] : [200, 503]).toContain(statusOf(call));
    }),
  );
});
