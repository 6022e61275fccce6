/** What two sinks show together, by what each refuses. */
import { expect, test } from "vitest";
import { type View, type ViewEntry, emptyView } from "../records/view.ts";
import { findShown } from "./shown.ts";
import type { Refused, SinkReport } from "./sink.ts";

function entry(name: string, addresses: readonly string[] = ["10.0.0.1"], types: readonly string[] = []): ViewEntry {
  const others = types.map((type) => ({ type, targets: [], ttl: undefined }));
  return { name, cluster: "default", addresses, others, resource: undefined, ttl: undefined } as unknown as ViewEntry;
}

const [wildcard, plain, mixed, text] = [
  entry("*.dtk.io"),
  entry("a.dtk.io"),
  entry("b.dtk.io", undefined, ["TXT"]),
  entry("c.dtk.io", [], ["TXT"]),
] as const;
const view: View = { ...emptyView, entries: [wildcard, plain, mixed, text] };

function refuse(name: string, type?: string): Refused {
  return { name, type, reason: "wildcard", sentence: "" };
}

function fine(...refused: readonly Refused[]): SinkReport {
  return { ok: true, method: "memory", diff: { added: [], removed: [] }, refused, notices: [] };
}

const failed: SinkReport = { ok: false, trouble: { code: "full", message: "", hint: "" } };
const less = fine(refuse("*.dtk.io"), refuse("b.dtk.io", "TXT"), refuse("c.dtk.io", "TXT"));

function shown(reports: Readonly<Record<string, SinkReport>>) {
  const { entries, sinksOf, refused } = findShown(view, new Map(Object.entries(reports)));
  const names = entries.map((each) => `${each.name} ${sinksOf(each).join("+")}`.trim());
  return { names, refused: refused.map(({ name, type = "" }) => `${name} ${type}`.trim()) };
}

test("one sink: what it refuses is not shown, and a name of which it shows a part is", () => {
  expect(shown({ hosts: less })).toEqual({
    names: ["a.dtk.io hosts", "b.dtk.io hosts"],
    refused: ["*.dtk.io", "b.dtk.io TXT", "c.dtk.io TXT"],
  });
  expect(findShown(view, new Map([["hosts", less]])).countOf("hosts")).toBe(2);
});

test("two sinks: what one refuses counts as shown when the other shows it", () => {
  const all = ["*.dtk.io zone", "a.dtk.io hosts+zone", "b.dtk.io hosts+zone", "c.dtk.io zone"];
  expect(shown({ hosts: less, zone: fine() })).toEqual({ names: all, refused: [] });
  expect(shown({ hosts: less, zone: fine(refuse("*.dtk.io"), refuse("a.dtk.io")) })).toEqual({
    names: ["a.dtk.io hosts", "b.dtk.io hosts+zone", "c.dtk.io zone"],
    refused: ["*.dtk.io"],
  });
});

test("a sink that failed has no say, and without any other everything counts as shown", () => {
  expect(shown({ hosts: less, zone: failed }).names).toEqual(["a.dtk.io hosts", "b.dtk.io hosts"]);
  expect(shown({ hosts: failed })).toEqual({ names: ["*.dtk.io", "a.dtk.io", "b.dtk.io", "c.dtk.io"], refused: [] });
  expect(shown({})).toMatchObject({ names: { length: 4 }, refused: [] });
});
