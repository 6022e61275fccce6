/** What a person reads in the log: each change once, each trouble once until it is over. */
import { expect, test } from "vitest";
import { Announcer } from "./announcer.ts";
import type { SinkIdentity, SinkReport } from "../engine/sink.ts";
import type { Log } from "../base/log.ts";
import { type View, type ViewEntry, emptyView } from "../records/view.ts";

const line = "192.0.2.7 foo.dtk.io";
const entry = {
  name: "foo.dtk.io",
  cluster: "default",
  addresses: ["192.0.2.7"],
  resource: "ingress/default/test",
} as unknown as ViewEntry;
const hostsFile: SinkIdentity = { id: "hosts-file", title: "hosts file" };
const shown: View = { ...emptyView, entries: [entry] };

function report(diff: { added?: readonly string[]; removed?: readonly string[] }, rest: object = {}): SinkReport {
  return {
    ok: true,
    method: "rename",
    diff: { added: [], removed: [], ...diff },
    refused: [],
    notices: [],
    ...rest,
  };
}

function listen() {
  const said: string[] = [];
  const codes = new Set<string>();
  const write = (level: string) => (fields: object, message: string) => {
    said.push(`${level} ${message}`);
    if ("code" in fields) codes.add(String(fields.code));
  };
  const log: Log = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  const announcer = new Announcer(log);
  const reports = new Map<string, SinkReport>();
  const tell = (made: SinkReport, view = emptyView, before = emptyView, sink = hostsFile): string[] => {
    announcer.shown({ sink, report: made, view, before });
    announcer.settled({ view, reports: reports.set(sink.id, made) });
    return said.splice(0);
  };
  return { announcer, tell, said, codes };
}

test("a line that comes or goes is named with the resource it came from", () => {
  const { tell } = listen();
  expect(tell(report({ added: [line] }), shown)).toEqual([`info added ${line} (ingress/default/test)`]);
  expect(tell(report({ removed: [line] }), emptyView, shown)).toEqual([`info removed ${line} (ingress/default/test)`]);
});

test("a flood of lines is cut and counted", () => {
  const { tell } = listen();
  const added = Array.from({ length: 150 }, (_, index) => `192.0.2.7 n${index}.dtk.io`);
  const said = tell(report({ added }));
  expect(said).toHaveLength(101);
  expect(said.at(-1)).toBe("info added 50 more lines");
});

test("what cannot be shown, a name of the user's and a notice are each said once, and again when they come back", () => {
  const { tell, codes } = listen();
  const view = {
    ...emptyView,
    notShown: [{ name: "b.dtk.io", cluster: "default", type: "A", resource: undefined, reason: "own-name" }],
  } as unknown as View;
  const made = report(
    {},
    {
      refused: [
        { name: "a.dtk.io", reason: "name-is-yours", sentence: "It is yours.", line: { number: 3, text: "1.2.3.4 a" } },
        { name: "*.dtk.io", reason: "wildcard", sentence: "It is a wildcard." },
      ],
      notices: [{ code: "hosts-file-line-moved", message: "A line was moved.", hint: "Write it elsewhere." }],
    },
  );
  expect(tell(made, view)).toEqual([
    "warn A line was moved. Write it elsewhere.",
    "warn It is yours.",
    "warn It is a wildcard.",
    expect.stringMatching(/^warn b\.dtk\.io /),
  ]);
  expect([...codes]).toEqual(["hosts-file-line-moved", "name-is-yours", "wildcard", "own-name"]);
  expect(tell(made, view)).toEqual([]);
  expect(tell(report({}))).toEqual([]);
  expect(tell(made, view)).toHaveLength(4);
});

test("a name is not said to be missing while another sink shows it, but a line of the user's is always said", () => {
  const { tell } = listen();
  const zone: SinkIdentity = { id: "zone", title: "DNS zone" };
  const wildcard = { name: "*.dtk.io", reason: "wildcard", sentence: "It is a wildcard." };
  const owned = { name: "a.dtk.io", reason: "name-is-yours", sentence: "It is yours.", line: { number: 3, text: "" } };
  expect(tell(report({}), shown, shown, zone)).toEqual([]);
  expect(tell(report({}, { refused: [wildcard, owned] }), shown)).toEqual(["warn It is yours."]);
  expect(tell(report({}, { refused: [wildcard] }), shown, shown, zone)).toEqual(["warn It is a wildcard."]);
});

test("names outside the managed domains are not announced", () => {
  const { tell } = listen();
  const view = {
    ...emptyView,
    notShown: [{ name: "a.io", cluster: "default", type: "A", reason: "not-managed" }],
  } as unknown as View;
  expect(tell(report({}), view)).toEqual([]);
});

test("a trouble is said once, and its end is said", () => {
  const { announcer, tell, said } = listen();
  const failed: SinkReport = { ok: false, trouble: { code: "full", message: "The disk is full.", hint: "Make room." } };
  expect(tell(failed)).toEqual(["error The disk is full. Make room."]);
  expect(tell(failed)).toEqual([]);
  expect(tell(report({}))).toEqual(["info The hosts file is up to date again."]);
  announcer.storeTrouble({ code: "damaged", message: "Damaged.", hint: "Recover." });
  announcer.storeTrouble({ code: "damaged", message: "Damaged.", hint: "Recover." });
  expect(said.splice(0)).toEqual(["error Damaged. Recover."]);
  expect(tell(report({}))).toEqual(["info The saved records can be used again."]);
});

test("each of two sinks is told apart, and what one says does not make the other's news again", () => {
  const { tell } = listen();
  const other: SinkIdentity = { id: "zone", title: "DNS zone" };
  const moved = { code: "hosts-file-line-moved", message: "A line was moved.", hint: "Write it elsewhere." };
  const view = {
    ...emptyView,
    notShown: [{ name: "b.dtk.io", cluster: "default", type: "A", resource: undefined, reason: "own-name" }],
  } as unknown as View;
  expect(tell(report({}, { notices: [moved] }), view)).toHaveLength(2);
  expect(tell(report({}), view, view, other)).toEqual([]);
  expect(tell(report({}, { notices: [moved] }), view)).toEqual([]);
  const failed: SinkReport = { ok: false, trouble: { code: "full", message: "The disk is full.", hint: "Make room." } };
  expect(tell(failed, view, view, other)).toEqual(["error The disk is full. Make room."]);
  expect(tell(report({}, { notices: [moved] }), view)).toEqual([]);
  expect(tell(report({}), view, view, other)).toEqual(["info The DNS zone is up to date again."]);
});
