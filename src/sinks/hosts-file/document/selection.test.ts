/** What a hosts file can hold, and why it cannot hold the rest; picked anew or after each change, the result is the same. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ViewEntry } from "../../../records/view.ts";
import { renderBody } from "./body.ts";
import { HostEntrySelector, selectHostEntries } from "./selection.ts";

function entry(name: string, rest: Partial<ViewEntry> = {}): ViewEntry {
  const addresses = ["10.0.0.1"] as unknown as ViewEntry["addresses"];
  const bare = { cluster: "default", addresses, ttl: undefined, others: [], resource: undefined, name };
  return { ...(bare as unknown as ViewEntry), ...rest };
}

const text = { type: "TXT", targets: ["a"], ttl: undefined };

describe("what a hosts file cannot hold", () => {
  test.each([
    ["*.dtk.io", "wildcard"],
    ["_sip._tcp.dtk.io", "underscore"],
    ["*._tcp.dtk.io", "wildcard"],
    ["-a.dtk.io", "not-a-host-name"],
    ["a-.dtk.io", "not-a-host-name"],
    ["x.dtk.io/y", "not-a-host-name"],
    ["1.2.3.4", "not-a-host-name"],
    ["127.0x7f", "not-a-host-name"],
  ])("%s: %s", (name, reason) => {
    const { wanted, refused } = selectHostEntries([entry("a.dtk.io"), entry(name)]);
    expect(wanted.map((each) => each.name)).toEqual(["a.dtk.io"]);
    expect(refused).toMatchObject([{ name, reason }]);
    expect(refused[0]?.sentence).toMatch(new RegExp(`^${RegExp.escape(name)} is not in the hosts file: .*\\.$`));
  });

  test("records that are not addresses, beside addresses or alone", () => {
    const { wanted, refused } = selectHostEntries([
      entry("a.dtk.io", { others: [text] }),
      entry("b.dtk.io", { others: [{ ...text, type: "MX" }, text], addresses: [] }),
    ]);
    expect(wanted.map((each) => each.name)).toEqual(["a.dtk.io"]);
    expect(refused.map(({ name, type, reason }) => `${name} ${type} ${reason}`)).toEqual([
      "a.dtk.io TXT record-type",
      "b.dtk.io MX record-type",
      "b.dtk.io TXT record-type",
    ]);
  });

  test("of a view that it can hold nothing is copied", () => {
    const entries = [entry("a.dtk.io"), entry("b.dtk.io")];
    expect(selectHostEntries(entries).wanted).toBe(entries);
  });
});

const odd = fc.constantFrom("*.b", "_c", "-d", "a", "b", "c", "d", "e", "f", "1.2");
const entries = fc
  .uniqueArray(fc.tuple(odd, fc.integer({ min: 0, max: 2 })), { selector: ([name]) => name })
  .map((picked) => new Map(picked));

test("change after change, the selection is what it would be anew", () => {
  // The same objects again, as an updated view has them.
  const pool = new Map<string, ViewEntry>();
  const pooled = (name: string, kind: number): ViewEntry => {
    const known =
      pool.get(`${name} ${kind}`) ?? entry(name, [{}, { others: [text] }, { addresses: [], others: [text] }][kind]);
    pool.set(`${name} ${kind}`, known);
    return known;
  };
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 8 }), (views) => {
      const selector = new HostEntrySelector();
      for (const view of views) {
        const sorted = [...view]
          .map(([name, kind]) => pooled(name, kind))
          .toSorted((a, b) => (a.name < b.name ? -1 : 1));
        const selected = selector.select(sorted);
        expect(selected).toEqual(selectHostEntries(sorted));
        for (const line of renderBody(selected.wanted).split("\n")) expect(line).toMatch(/^(?:10\.0\.0\.1 [a-f])?$/);
      }
    }),
  );
});

test("a change of one entry among many looks at that one alone", () => {
  const many = Array.from({ length: 1000 }, (_, index) => entry(`n${index + 1000}.dtk.io`));
  const selector = new HostEntrySelector();
  selector.select([entry("*.dtk.io"), ...many]);
  let reads = 0;
  const watched = new Proxy(entry("n1500-a.dtk.io"), {
    get: (target, key) => (reads++, Reflect.get(target, key) as unknown),
  });
  const guarded = many.map((each) => each);
  const { wanted, refused } = selector.select([
    entry("*.dtk.io"),
    ...guarded.slice(0, 501),
    watched,
    ...guarded.slice(501),
  ]);
  expect([wanted.length, refused.length, reads > 0]).toEqual([1001, 1, true]);
  expect(wanted.indexOf(watched)).toBe(501);
});
