/** What a watcher may do with a cluster, row by row, and what it never may, whatever else is known. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { defaultCluster, parseClusterName } from "../../records/cluster.ts";
import { watchLimits } from "../../records/limits.ts";
import { type ManagedDomain, parseManagedDomain } from "../../records/managed-domain.ts";
import { type UserName, parseUserName } from "../../records/user.ts";
import { type WatchCall, judgeWatch } from "./permission.ts";

function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("a text of this test is none of its kind");
  return value;
}

const cluster = known(parseClusterName("kind-a"));
const dev: UserName = known(parseUserName("dev"));
const ann: UserName = known(parseUserName("ann"));
const domains = (...names: readonly string[]): ManagedDomain[] => names.map((name) => known(parseManagedDomain(name)));

const own = { user: dev, domains: domains("dtk.io") };
const of = { user: ann, domains: domains("dtk.io") };
const unwatched = { domains: domains("dtk.io") };

const plain: WatchCall = {
  user: dev,
  mayConfigure: false,
  deed: "change",
  cluster,
  settings: own,
  added: [],
  allowed: new Set(domains("dtk.io")),
  fed: 1,
};
const free = { mayConfigure: true };
const many = { settings: undefined, fed: watchLimits.clusters };

test.each<{ what: string; call: Partial<WatchCall>; expected: string }>([
  { what: "to change its own cluster", call: {}, expected: "ok" },
  { what: "to read its own cluster", call: { deed: "read" }, expected: "ok" },
  { what: "to take something from its own cluster", call: { deed: "take-away" }, expected: "ok" },
  { what: "to make a cluster", call: { settings: undefined, fed: 0 }, expected: "ok" },
  { what: "to look whether a cluster is there", call: { ...many, deed: "read" }, expected: "ok" },
  { what: "an allowed domain", call: { added: domains("dtk.io") }, expected: "ok" },
  { what: "a part of an allowed domain", call: { added: domains("apps.dtk.io") }, expected: "ok" },
  { what: "the last cluster that it may have", call: { ...many, fed: watchLimits.clusters - 1 }, expected: "ok" },
  { what: "one cluster more", call: many, expected: "too-many-watched" },
  { what: "its own with the most that it may have", call: { fed: watchLimits.clusters }, expected: "ok" },
  { what: "another domain", call: { added: domains("dtk.io", "evil.io") }, expected: "domain-not-for-watchers" },
  { what: "a domain that ends alike", call: { added: domains("evildtk.io") }, expected: "domain-not-for-watchers" },
  { what: "the domain above an allowed one", call: { added: domains("io") }, expected: "domain-not-for-watchers" },
  {
    what: "a domain where none is",
    call: { added: own.domains, allowed: new Set() },
    expected: "domain-not-for-watchers",
  },
  { what: "to change another user's", call: { settings: of }, expected: "cluster-of-another" },
  { what: "to read another user's", call: { settings: of, deed: "read" }, expected: "cluster-of-another" },
  { what: "to forget another user's", call: { settings: of, deed: "take-away" }, expected: "cluster-of-another" },
  { what: "to change what dtk made", call: { settings: unwatched }, expected: "cluster-not-watched" },
  { what: "to read what dtk made", call: { settings: unwatched, deed: "read" }, expected: "cluster-not-watched" },
  {
    what: "to forget what dtk made",
    call: { settings: unwatched, deed: "take-away" },
    expected: "cluster-not-watched",
  },
  { what: "default", call: { cluster: defaultCluster, deed: "read" }, expected: "default-is-not-watched" },
  { what: "default, as admin", call: { ...free, cluster: defaultCluster }, expected: "default-is-not-watched" },
  { what: "what dtk made, as admin", call: { ...free, settings: unwatched }, expected: "ok" },
  { what: "any domain, as admin", call: { ...free, added: domains("evil.io") }, expected: "ok" },
  { what: "any number, as admin", call: { ...free, ...many }, expected: "ok" },
  { what: "another user's, even as admin", call: { ...free, settings: of }, expected: "cluster-of-another" },
])("a watcher asks for $what: $expected", ({ call, expected }) => {
  const verdict = judgeWatch({ ...plain, ...call });
  expect(verdict.ok ? "ok" : verdict.reason).toBe(expected);
});

test("a domain that watchers may not use any more is not kept, but for whoever may configure", () => {
  const settings = { ...own, domains: domains("dtk.io", "gone.io", "a.dtk.io") };
  expect(judgeWatch({ ...plain, settings })).toEqual({ ok: true, kept: domains("dtk.io", "a.dtk.io") });
  expect(judgeWatch({ ...plain, ...free, settings })).toEqual({ ok: true, kept: settings.domains });
});

const anyDomain = fc.constantFrom(...domains("dtk.io", "a.dtk.io", "evil.io", "io"));
const anyCall: fc.Arbitrary<WatchCall> = fc.record({
  user: fc.constantFrom(dev, ann),
  mayConfigure: fc.boolean(),
  deed: fc.constantFrom<WatchCall["deed"]>("read", "change", "take-away"),
  cluster: fc.constantFrom(cluster, defaultCluster),
  settings: fc.option(
    fc.record({ user: fc.option(fc.constantFrom(dev, ann), { nil: undefined }), domains: fc.array(anyDomain) }),
    { nil: undefined },
  ),
  added: fc.array(anyDomain),
  allowed: fc.array(anyDomain).map((list) => new Set(list)),
  fed: fc.nat(watchLimits.clusters + 2),
});

test.each<{ rule: string; forbids: (call: WatchCall) => boolean }>([
  { rule: "nobody's watcher touches default", forbids: (call) => call.cluster === defaultCluster },
  {
    rule: "none touches another user's cluster",
    forbids: ({ settings, user }) => settings?.user !== undefined && settings.user !== user,
  },
  {
    rule: "the token alone opens no cluster that no watcher made",
    forbids: ({ mayConfigure, settings }) => !mayConfigure && settings !== undefined && settings.user === undefined,
  },
  {
    rule: "the token alone makes no cluster beyond the number",
    forbids: ({ mayConfigure, settings, deed, fed }) =>
      !mayConfigure && settings === undefined && deed === "change" && fed >= watchLimits.clusters,
  },
  {
    rule: "the token alone adds no domain that is not allowed",
    forbids: ({ mayConfigure, added, allowed }) =>
      !mayConfigure &&
      added.some((domain) => ![...allowed].some((each) => domain === each || domain.endsWith(`.${each}`))),
  },
])("whatever else is known, $rule", ({ forbids }) => {
  fc.assert(
    fc.property(anyCall.filter(forbids), (call) => {
      expect(judgeWatch(call).ok).toBe(false);
    }),
  );
});
