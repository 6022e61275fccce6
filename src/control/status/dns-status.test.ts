/** How the system resolver is told, in the status and in the metrics. */
import { expect, test } from "vitest";
import { findShown } from "../../engine/shown.ts";
import type { Refused, SinkReport } from "../../engine/sink.ts";
import type { WiringFacts } from "../../platform/resolver-wiring.ts";
import { type ViewEntry, emptyView } from "../../records/view.ts";
import { makeTestApp } from "../../../test/support/test-app.ts";
import { describeWiring, namesOnlyInResponder } from "./dns-status.ts";

const news = { code: "resolver-taken", severity: "info", message: "Taken.", hint: "Nothing." } as const;
const trouble = { code: "resolver-refused", severity: "warning", message: "No.", hint: "See." } as const;
const facts: WiringFacts = {
  way: "hook",
  sentence: "systemd-resolved 259 is in charge of names.",
  domains: [
    { domain: "a.io", routing: "whole", routes: ["a.io"] },
    { domain: "b.io", routing: "whole", routes: ["b.io"] },
    { domain: "c.io", routing: "untold", routes: [] },
  ],
  troubles: [news],
  calls: { answered: 3, passed: 4, lastAt: Date.UTC(2026, 0, 1) },
  isUnsigned: false,
  repairs: 2,
};

test("news leave it well, trouble does not", () => {
  expect(describeWiring(facts)).toMatchObject({
    ok: true,
    questions: 7,
    lastQuestionAt: "2026-01-01T00:00:00.000Z",
    domains: [{ name: "a.io" }, { name: "b.io" }, { name: "c.io", routing: "untold", routes: [] }],
  });
  expect(describeWiring({ ...facts, troubles: [news, trouble] })).toMatchObject({ ok: false });
  expect(describeWiring({ ...facts, calls: undefined })).toMatchObject({ questions: null, lastQuestionAt: null });
});

test("of the server, with what needs attention and as metrics", async () => {
  let now: WiringFacts | undefined;
  await using app = await makeTestApp({ resolver: { facts: () => now } });
  expect(await app.status()).not.toHaveProperty("resolver");
  now = { ...facts, troubles: [news, trouble] };
  const status = await app.status();
  expect(status.resolver?.way).toBe("hook");
  expect(status.attention.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
    "resolver-taken info",
    "resolver-refused warning",
  ]);
  const metrics = await (await app.call("GET /metrics")).text();
  for (const line of [
    'hostsfile_server_resolver_told{way="hook"} 0',
    'hostsfile_server_resolver_domains{routing="whole"} 2',
    'hostsfile_server_resolver_domains{routing="untold"} 1',
    'hostsfile_server_resolver_questions_total{outcome="answered"} 3',
    'hostsfile_server_resolver_questions_total{outcome="passed"} 4',
    "hostsfile_server_resolver_repairs_total 2",
  ]) {
    expect(metrics).toContain(`${line}\n`);
  }
});

test("a name counts as the responder's alone where the hosts file cannot hold it, and the responder answers", () => {
  const entry = (name: string, addresses: readonly string[] = ["10.0.0.1"]) =>
    ({ name, addresses, others: [], cluster: "default", resource: undefined }) as unknown as ViewEntry;
  const view = {
    ...emptyView,
    entries: ["*.dtk.io", "_x.dtk.io", "foo.dtk.io", "own.dtk.io"].map((name) => entry(name)),
  };
  const refuse = (name: string, reason: string): Refused => ({ name, reason, sentence: "No." });
  const report = (refused: readonly Refused[]): SinkReport => {
    return { ok: true, method: "unchanged", diff: { added: [], removed: [] }, refused, notices: [] };
  };
  const ofHostsFile = ["*.dtk.io", "_x.dtk.io"].map((name) => refuse(name, "wildcard"));
  const ofUser = refuse("own.dtk.io", "name-is-yours");
  const alone = (hostsFile: SinkReport, responder = report([])) => {
    const reports = new Map([
      ["hosts-file", hostsFile],
      ["dns", responder],
    ]);
    const sinks = [...reports.keys()].map((id) => ({ id, title: id }));
    const state = { view, sinks, reports };
    return namesOnlyInResponder(state, findShown(view, reports), { id: "dns" });
  };
  expect(alone(report([...ofHostsFile, ofUser]))).toEqual(["*.dtk.io", "_x.dtk.io"]);
  expect(alone(report([ofUser]))).toEqual([]);
  // While the hosts file cannot be written, nobody knows what it cannot hold.
  expect(alone({ ok: false, trouble })).toEqual([]);
  const closed = view.entries.map(({ name }) => refuse(name, "responder-closed"));
  expect(alone(report(ofHostsFile), report(closed))).toEqual([]);
});
