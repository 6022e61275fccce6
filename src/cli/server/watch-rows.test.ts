/** The rows of a watched cluster: what feeds it, how its watch is, why it is not well, and what is followed. */
import { describe, expect, test } from "vitest";
import { clusterOf, watchOf } from "../../../test/support/status.ts";
import { watchRows } from "./watch-rows.ts";

const now = Date.parse("2026-01-01T01:00:00Z");

type Watch = ReturnType<typeof watchOf>;
type Kind = Watch["kinds"][number];

function rowsOf(watch: Partial<Watch>, cluster: Parameters<typeof clusterOf>[0] = { feeds: ["watch"] }) {
  return watchRows(clusterOf({ ...cluster, watch: watchOf(watch) }), now);
}

function kind(given: Partial<Kind>): Kind {
  return {
    kind: "Ingress",
    version: "networking.k8s.io/v1",
    state: "live",
    objects: 0,
    lastEvent: null,
    namespaces: [],
    ...given,
  } as Kind;
}

function kindsRow(...kinds: readonly Kind[]): string | undefined {
  return rowsOf({ kinds: [...kinds] }).find(([label]) => label === "kinds")?.[1];
}

test("a cluster that no watcher fed has none", () => {
  expect(watchRows(clusterOf({ feeds: ["external-dns"] }), now)).toEqual([]);
});

test("one that is live says so with its age, its user, its context and its server", () => {
  expect(rowsOf({})).toEqual([
    ["fed by", "a watcher"],
    ["watched", "live for 1 h, by ann, context kind-a, https://127.0.0.1:6443"],
  ]);
});

test("what is not known is left out, without a comma too many", () => {
  expect(rowsOf({ since: null, user: null, context: null, server: null })[1]).toEqual(["watched", "live"]);
});

test.each([
  [["watch", "external-dns"], undefined, "a watcher, ExternalDNS"],
  [["watch"], "kind-b", "a watcher, ExternalDNS as kind-b"],
  [["watch", "team"], undefined, "a watcher, team"],
  [[], undefined, "nothing yet"],
])("fed by %j and the same as %s it is %j", (feeds, sameAs, expected) => {
  expect(rowsOf({}, { feeds, ...(sameAs !== undefined && { sameAs }) })[0]).toEqual(["fed by", expected]);
});

test("the reason of one that is not well has a row of its own, below the state", () => {
  const rows = rowsOf({ state: "unreachable", reason: "connect ECONNREFUSED 127.0.0.1:6443" });
  expect(rows[1]?.[1]).toMatch(/^its API server is away for 1 h, /);
  expect(rows[2]).toEqual(["", "connect ECONNREFUSED 127.0.0.1:6443"]);
});

describe("kinds", () => {
  test("that have objects are named with their count and the last event, the others are counted", () => {
    const row = kindsRow(
      kind({ objects: 1, lastEvent: "2026-01-01T00:59:50Z" }),
      kind({ kind: "Service", version: "v1", objects: 2 }),
      kind({ kind: "HTTPRoute" }),
      kind({ kind: "TLSRoute" }),
    );
    expect(row).toBe(
      "Ingress networking.k8s.io/v1 (1 object, 10 s ago), Service v1 (2 objects), 2 kinds without objects",
    );
  });

  test("that are not live are named even without objects, with their state", () => {
    expect(kindsRow(kind({ state: "forbidden" }))).toBe("Ingress networking.k8s.io/v1 (forbidden)");
  });

  test("that are read in some namespaces alone say in which", () => {
    expect(kindsRow(kind({ objects: 3, namespaces: ["a", "b"] }))).toBe(
      "Ingress networking.k8s.io/v1 in a, b (3 objects)",
    );
  });

  test("there is no row where none was reported", () => {
    expect(kindsRow()).toBeUndefined();
  });
});
