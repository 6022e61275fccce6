/** Zones: which name answers, against a slow model of RFC 4592, and changes that cost as much as what changed. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultCluster } from "./cluster.ts";
import { type ManagedDomain, parseManagedDomain } from "./managed-domain.ts";
import { parseDNSName, toALabels } from "./name.ts";
import { finish } from "../base/steps.ts";
import type { NotShown, View, ViewEntry } from "./view.ts";
import { type Match, type Zones, zonesInSteps } from "./zone.ts";

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the test's own value is wrong");
  return value;
}

function entry(text: string): ViewEntry {
  const name = must(toALabels(must(parseDNSName(text))));
  return { name, cluster: defaultCluster, addresses: [], ttl: undefined, others: [], resource: undefined };
}

function notShown(name: string, reason: NotShown["reason"]): NotShown {
  return { name, cluster: defaultCluster, type: "A", resource: undefined, reason };
}

type Shown = Pick<View, "entries" | "notShown" | "domains">;

function view(domains: readonly string[], names: readonly string[], stored: readonly NotShown[] = []): Shown {
  return {
    domains: domains.map((domain) => must(parseManagedDomain(domain))).toSorted(),
    entries: [...new Set(names)].toSorted().map(entry),
    notShown: stored,
  };
}

function zones(...parameters: Parameters<typeof view>): Zones {
  return finish(zonesInSteps(view(...parameters)));
}

/** Who answers, in short: `outside`, `missing`, `empty NAME`, or the owner. */
function answer(found: Match | undefined): string {
  if (found === undefined) return "outside";
  if (found.owner === undefined) return "missing";
  return found.entry === undefined ? `empty ${found.owner}` : found.owner;
}

describe("a wildcard", () => {
  const one = zones(["dtk.io"], ["*.dtk.io", "foo.dtk.io", "x.sub.dtk.io", "a.*.odd.dtk.io"]);

  test.each([
    ["bar.dtk.io", "*.dtk.io"],
    ["deep.deep.bar.dtk.io", "*.dtk.io"],
    ["*.dtk.io", "*.dtk.io"],
    ["foo.dtk.io", "foo.dtk.io"],
    ["below.foo.dtk.io", "missing"],
    ["dtk.io", "empty dtk.io"],
    ["sub.dtk.io", "empty sub.dtk.io"],
    ["y.sub.dtk.io", "missing"],
    ["y.odd.dtk.io", "empty *.odd.dtk.io"],
    ["io", "outside"],
    ["evildtk.io", "outside"],
    ["", "outside"],
  ])("%s is answered by %s", (name, expected) => expect(answer(one.find(name))).toBe(expected));

  test("of an outer domain covers nothing in an inner one, whose apex and the names above it exist", () => {
    const both = zones(["dtk.io", "c.b.dtk.io"], ["*.dtk.io", "x.c.b.dtk.io"]);
    expect(["c.b.dtk.io", "y.c.b.dtk.io", "b.dtk.io", "y.b.dtk.io"].map((name) => answer(both.find(name)))).toEqual([
      "empty c.b.dtk.io",
      "missing",
      "empty b.dtk.io",
      "missing",
    ]);
    expect(both.find("x.c.b.dtk.io")?.zone).toBe("c.b.dtk.io");
    expect(both.find("b.dtk.io")?.zone).toBe("dtk.io");
  });

  test("covers no name that is stored and cannot be shown", () => {
    const { find } = asFunctions(
      zones(
        ["dtk.io"],
        ["*.dtk.io"],
        [
          notShown("waits.dtk.io", "no-cluster-ip"),
          notShown("bücher.dtk.io", "block-full"),
          notShown("gone.dtk.io", "not-managed"),
          notShown("a..dtk.io", "not-a-host-name"),
          notShown("far.example.com", "no-cluster-ip"),
        ],
      ),
    );
    expect(find("waits.dtk.io")).toBe("empty waits.dtk.io");
    expect(find("xn--bcher-kva.dtk.io")).toBe("empty xn--bcher-kva.dtk.io");
    expect(find("gone.dtk.io")).toBe("*.dtk.io");
    expect(find("far.example.com")).toBe("outside");
  });
});

function asFunctions(of: Zones) {
  return { find: (name: string) => answer(of.find(name)) };
}

const label = fc.constantFrom("a", "b", "c", "*", "_s");
const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => `${labels.join(".")}.dtk.io`);
const names = fc.array(name, { maxLength: 12 });
const domains = fc.subarray(["dtk.io", "a.dtk.io", "b.b.dtk.io"], { minLength: 1 });
const stored = fc.array(
  name.map((each) => notShown(each, "no-cluster-ip")),
  { maxLength: 3 },
);
const views = fc.tuple(domains, names, stored).map(([where, shown, waiting]) => {
  const isInside = (each: string): boolean => where.some((domain) => each === domain || each.endsWith(`.${domain}`));
  return view(
    where,
    shown.filter(isInside),
    waiting.filter((each) => isInside(each.name)),
  );
});

/** RFC 4592 from its text, with a look at every name for each question. */
function model(shown: Shown, asked: string): string {
  const isBelow = (each: string, of: string): boolean => each.endsWith(`.${of}`);
  const zoneOf = (each: string): ManagedDomain | undefined =>
    shown.domains
      .filter((domain) => each === domain || isBelow(each, domain))
      .toSorted((left, right) => right.length - left.length)[0];
  const zone = zoneOf(asked);
  if (zone === undefined) return "outside";
  const all = [...shown.entries, ...shown.notShown].map((each) => each.name);
  const owned = [
    ...all.filter((each) => zoneOf(each) === zone),
    ...shown.domains.filter((each) => isBelow(each, zone)),
  ];
  const exists = (each: string): boolean =>
    each === zone || owned.some((other) => other === each || isBelow(other, each));
  const show = (each: string): string => (shown.entries.some((other) => other.name === each) ? each : `empty ${each}`);
  if (exists(asked)) return show(asked);
  let encloser = asked;
  while (!exists(encloser)) encloser = encloser.slice(encloser.indexOf(".") + 1);
  return exists(`*.${encloser}`) ? show(`*.${encloser}`) : "missing";
}

test("any question about any zones is answered as RFC 4592 says", () => {
  fc.assert(
    fc.property(views, fc.array(name, { minLength: 5, maxLength: 20 }), (shown, questions) => {
      const { find } = asFunctions(finish(zonesInSteps(shown)));
      for (const asked of [...questions, ...questions.map((each) => each.slice(each.indexOf(".") + 1))])
        expect(find(asked), asked).toBe(model(shown, asked));
    }),
  );
});

test("zones that were changed are those that would be made anew", () => {
  fc.assert(
    fc.property(fc.array(views, { minLength: 2, maxLength: 6 }), (several) => {
      let changed: Zones | undefined;
      for (const shown of several) {
        changed = finish(zonesInSteps(shown, changed));
        expect(sorted(changed)).toEqual(sorted(finish(zonesInSteps(shown))));
      }
    }),
  );
});

function sorted(of: Zones) {
  return [...of.nodes()].toSorted(([left], [right]) => (left < right ? -1 : 1));
}

test("questions while a change is under way find each name as it was or as it will be", () => {
  const many = Array.from({ length: 100 }, (_, index) => `n${index}.dtk.io`);
  const before = view(["dtk.io"], ["keeps.dtk.io", ...many]);
  const after = view(["dtk.io"], ["keeps.dtk.io", ...many.map((each) => `new-${each}`)]);
  const changing = finish(zonesInSteps(before));
  let pauses = 0;
  for (const _ of zonesInSteps(after, changing)) {
    pauses += 1;
    expect(answer(changing.find("keeps.dtk.io"))).toBe("keeps.dtk.io");
  }
  expect(pauses).toBeGreaterThan(5);
  expect(answer(changing.find("n1.dtk.io"))).toBe("missing");
  expect(answer(changing.find("new-n1.dtk.io"))).toBe("new-n1.dtk.io");
  const { changes } = changing;
  finish(zonesInSteps({ ...after, entries: [...after.entries], notShown: [] }, changing));
  expect(changing.changes).toBe(changes);
});
