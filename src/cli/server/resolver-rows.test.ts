/** What `status` says of the system resolver: how it is told, of which domains, and whether it asks. */
import { describe, expect, test } from "vitest";
import { resolverOf } from "../../../test/support/status.ts";
import { resolverRows } from "./resolver-rows.ts";

const now = Date.parse("2026-01-01T00:10:00.000Z");

function domainsOf(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const name = `d${index}.io`;
    return { name, routing: "whole", routes: [name] };
  });
}

function rows(given: Parameters<typeof resolverOf>[0] = {}) {
  return resolverRows(resolverOf(given), now);
}

test("the way is the server's sentence, and nothing is said of what is not counted", () => {
  expect(rows().map(([label]) => label)).toEqual(["way", "domains"]);
  expect(rows()[0]).toEqual(["way", resolverOf().sentence]);
});

describe("the domains", () => {
  test("are one each, under one label", () => {
    const labels = rows({ domains: domainsOf(3) }).map(([label]) => label);
    expect(labels).toEqual(["way", "domains", "", ""]);
    expect(rows({ domains: domainsOf(3) })[3]?.[1]).toMatch(/^d2\.io: /);
  });

  test("have no row where none is told", () => {
    expect(rows({ domains: [] }).map(([label]) => label)).toEqual(["way"]);
  });

  test.each([
    [10, 10, undefined],
    [11, 10, "and 1 more"],
    [2010, 10, "and 2,000 more"],
  ])("of %i are the first %i, and the rest is counted", (count, listed, last) => {
    const [, ...shown] = rows({ domains: domainsOf(count) });
    expect(shown.filter(([, value]) => /^d\d+\.io: /.test(value))).toHaveLength(listed);
    expect(shown.at(-1)?.[1]).toEqual(last ?? expect.stringMatching(/^d9\.io: /));
  });

  test.each(["whole", "parts", "taken", "untold"])(
    "that are asked about as %s are said in words, not by that code",
    (routing) => {
      const [, row] = rows({ domains: [{ name: "dtk.io", routing, routes: ["a.dtk.io"] }] });
      expect(row?.[1]).toMatch(/^dtk\.io: \S/);
      expect(row?.[1]).not.toBe(`dtk.io: ${routing}`);
    },
  );
});

describe("its questions", () => {
  test.each([
    [0, null, "0 times, no question since the start"],
    [1, "2026-01-01T00:09:55.000Z", "1 time, last 5 s ago"],
    [12_345, "2026-01-01T00:09:00.000Z", "12,345 times, last"],
  ])("%i, last at %s", (questions, lastQuestionAt, words) => {
    const row = rows({ questions, lastQuestionAt }).find(([label]) => label === "asked");
    expect(row?.[1]).toContain(words);
  });
});

test.each([
  [0, undefined],
  [1, "1 time"],
  [3, "3 times"],
])("%i repairs", (repairs, words) => {
  expect(rows({ repairs }).find(([label]) => label === "told again")?.[1]).toBe(words);
});
