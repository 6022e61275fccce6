/** Which domains a resolver is told, and that it is never told more than it must be. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Existence, type RoutesInput, isNeverPublic, routedDomains, routesOf } from "./routes.ts";

function routes(
  domains: Readonly<Record<string, Existence>>,
  beyondHostsFile: readonly string[] = [],
  passesUnknown = false,
) {
  return routesOf({ domains: new Map(Object.entries(domains)), beyondHostsFile, passesUnknown });
}

const none = { narrowed: [], taken: [], left: [] };

test("a domain that nobody else has is routed as a whole", () => {
  expect(routes({ "dtk.io": "private" }, ["*.apps.dtk.io"])).toEqual({ ...none, routes: ["dtk.io"] });
});

test("so is every domain where the resolver asks others about what we do not know", () => {
  expect(routes({ "dtk.io": "public", "x.io": "unknown" }, [], true)).toEqual({ ...none, routes: ["dtk.io", "x.io"] });
});

describe.each(["public", "unknown"] as const)("of a domain that is %s", (existence) => {
  test.each([
    ["nothing, while the hosts file holds all", [], []],
    ["the parent of a wildcard", ["*.apps.dtk.io"], ["apps.dtk.io"]],
    ["a name with other records", ["_sip._tcp.dtk.io"], ["_sip._tcp.dtk.io"]],
    ["both, without what lies in another", ["*.apps.dtk.io", "_a.b.apps.dtk.io", "*.x.apps.dtk.io"], ["apps.dtk.io"]],
    ["none of a name in another domain", ["*.other.io"], []],
  ])("%s", (_, names, expected) => {
    expect(routes({ "dtk.io": existence }, names)).toEqual({ ...none, routes: expected, narrowed: ["dtk.io"] });
  });

  test("a wildcard right below it takes all of it, which is said", () => {
    expect(routes({ "dtk.io": existence }, ["*.dtk.io"])).toEqual({ ...none, routes: ["dtk.io"], taken: ["dtk.io"] });
  });

  test("other records of the domain itself are left, or all of it would be taken for them", () => {
    expect(routes({ "dtk.io": existence }, ["dtk.io", "*.a.dtk.io"])).toEqual({
      routes: ["a.dtk.io"],
      narrowed: ["dtk.io"],
      taken: [],
      left: ["dtk.io"],
    });
  });
});

test("a public domain within a private one is routed with it", () => {
  expect(routes({ "dtk.io": "private", "a.dtk.io": "public" })).toEqual({ ...none, routes: ["dtk.io"] });
});

test.each([
  ["dtk.test", true],
  ["a.home.arpa", true],
  ["internal", true],
  ["mytest", false],
  ["dtk.io", false],
])("%s can never be public: %s", (domain, expected) => {
  expect(isNeverPublic(domain)).toBe(expected);
});

describe("whatever is managed and shown", () => {
  const label = fc.constantFrom("a", "b", "c");
  const domain = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => [...labels, "io"].join("."));
  const name = fc.tuple(fc.constantFrom("*.", "_x.", ""), domain).map((parts) => parts.join(""));
  const existence = fc.constantFrom<Existence>("public", "private", "unknown");
  const input: fc.Arbitrary<RoutesInput> = fc.record({
    domains: fc.array(fc.tuple(domain, existence), { maxLength: 3 }).map((entries) => new Map(entries)),
    beyondHostsFile: fc.array(name, { maxLength: 5 }),
    passesUnknown: fc.boolean(),
  });
  const isWithin = (inner: string, outer: string): boolean => inner === outer || inner.endsWith(`.${outer}`);

  test("each route lies in a managed domain, and none within another", () => {
    fc.assert(
      fc.property(input, (given) => {
        const found = routesOf(given).routes;
        for (const route of found) {
          expect([...given.domains.keys()].some((managed) => isWithin(route, managed))).toBe(true);
          expect(found.filter((other) => isWithin(route, other))).toEqual([route]);
        }
      }),
    );
  });

  test("what the hosts file cannot hold is covered by a route, or named as left", () => {
    fc.assert(
      fc.property(input, (given) => {
        const { routes: found, left } = routesOf(given);
        const managed = given.beyondHostsFile.filter((each) => {
          const target = each.replace(/^\*\./, "");
          return [...given.domains.keys()].some((outer) => isWithin(target, outer));
        });
        for (const each of managed) {
          const target = each.replace(/^\*\./, "");
          expect(left.includes(each) || found.some((route) => isWithin(target, route))).toBe(true);
        }
      }),
    );
  });

  test("a domain of others is taken only for a wildcard right below it", () => {
    fc.assert(
      fc.property(input, (given) => {
        const { routes: found } = routesOf({ ...given, passesUnknown: false });
        for (const [managed, who] of given.domains) {
          if (who === "private" || !found.includes(managed)) continue;
          const isPart = [...given.domains].some(
            ([outer, other]) => other !== "private" && outer !== managed && isWithin(managed, outer),
          );
          expect(isPart || given.beyondHostsFile.includes(`*.${managed}`)).toBe(true);
        }
      }),
    );
  });
});

test("of each domain it is said how much is routed", () => {
  const found = routes({ "a.io": "private", "b.io": "public", "c.io": "public", "d.io": "unknown" }, [
    "*.apps.b.io",
    "*.c.io",
  ]);
  expect(routedDomains(["a.io", "b.io", "c.io", "d.io"], found)).toEqual([
    { domain: "a.io", routing: "whole", routes: ["a.io"] },
    { domain: "b.io", routing: "parts", routes: ["apps.b.io"] },
    { domain: "c.io", routing: "taken", routes: ["c.io"] },
    { domain: "d.io", routing: "parts", routes: [] },
  ]);
});
