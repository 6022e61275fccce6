/** What the status says of watchers: each lasting trouble once, with what to type. */
import { describe, expect, test } from "vitest";
import { clusterOf, statusOf, watchOf } from "../../../test/support/status.ts";
import type { Status } from "../../contract/status.ts";
import { findAttention } from "./attention.ts";

type Cluster = Status["clusters"][number];
type Watch = NonNullable<Cluster["watch"]>;
type Watcher = NonNullable<Status["watchers"]>[number];

const now = Date.parse("2026-01-10T00:00:00Z");
const minute = 60_000;

function ago(milliseconds: number): string {
  return new Date(now - milliseconds).toISOString();
}

function watched(watch: Partial<Watch> = {}, given: Partial<Cluster> = {}): Cluster {
  return clusterOf({
    name: "a",
    records: { CNAME: 1 },
    feeds: ["watch"],
    watch: watchOf({ since: ago(10 * minute), lastHeard: ago(5_000), ...watch }),
    ...given,
  });
}

function watcherOf(given: Partial<Watcher>): Watcher {
  const fixed = { user: "ann", pid: 1, version: "1.2.3", since: ago(minute), lastHeard: ago(0), running: true };
  return { ...fixed, contexts: [], ...given };
}

function find(given: Parameters<typeof statusOf>[0]) {
  const state = { storeTrouble: undefined, viewTrouble: undefined, reports: new Map(), overLimit: [], now };
  return findAttention(statusOf(given), state);
}

test("a cluster that is followed live needs nothing", () => {
  expect(find({ clusters: [watched()], watchers: [watcherOf({})] })).toEqual([]);
});

test("a watcher that is gone is said once for all its clusters, and not of clusters without records", () => {
  const gone = { state: "not-running", lastHeard: ago(5 * minute) };
  const clusters = [
    watched(gone),
    watched(gone, { name: "b" }),
    watched(gone, { name: "empty", records: {}, feeds: [] }),
  ];
  expect(find({ clusters })).toEqual([
    {
      code: "watch-not-running",
      severity: "warning",
      message:
        "The watcher of ann followed a, b, last 5 minutes ago, and does not run any more: names stay as they were, and no new one comes.",
      hint: "Start it again as ann, without sudo:",
      command: "hostsfile-server watch",
    },
  ]);
});

describe("an API server that is away", () => {
  const away = { state: "unreachable", reason: "It does not answer: connect ECONNREFUSED." };

  test("is said with what asks it", () => {
    expect(find({ clusters: [watched({ ...away, since: ago(3 * minute) })] })).toMatchObject([
      { code: "watch-unreachable", severity: "warning", command: "kubectl --context kind-a get namespaces" },
    ]);
  });

  test("is not said as long as it may be starting again", () => {
    expect(find({ clusters: [watched({ ...away, since: ago(10_000) })] })).toEqual([]);
  });
});

test("a login that is needed is said of the user", () => {
  const watch = { state: "login-needed", reason: "The token has expired.", since: ago(minute) };
  expect(find({ clusters: [watched(watch)] })).toMatchObject([
    {
      code: "watch-login-needed",
      message: expect.stringContaining("The token has expired."),
      hint: expect.stringContaining("as ann"),
    },
  ]);
});

test("what the server does not take is said", () => {
  expect(find({ clusters: [watched({ refused: "No." })] })).toMatchObject([
    { code: "watch-refused", severity: "error", message: "The watcher of ann cannot hand in the names of a. No." },
  ]);
});

test("kinds that may not be read are named", () => {
  const kind = { group: "", version: "v1", namespaces: [], objects: 0, lastEvent: null };
  const kinds = [
    { ...kind, kind: "Ingress", state: "live" },
    { ...kind, kind: "Node", state: "forbidden" },
    { ...kind, kind: "HTTPRoute", state: "forbidden" },
  ];
  expect(find({ clusters: [watched({ kinds })] })).toMatchObject([
    { code: "watch-forbidden", message: expect.stringContaining("may not read Node v1, HTTPRoute v1 of a") },
  ]);
});

describe("a cluster that is fed twice", () => {
  const both = { feeds: ["external-dns", "watch"], lastHeard: ago(60 * minute), silentSeconds: 3600 };

  test("is said once, whether ExternalDNS still calls or not, with the context of the watcher", () => {
    expect(find({ clusters: [watched({ context: "kind a" }, both)] })).toMatchObject([
      { code: "fed-twice", command: "dtk uninstall-addon external-dns --context 'kind a'" },
    ]);
  });

  test("under two names is said once, and nothing of the silence of the other name", () => {
    const other = clusterOf({
      name: "default",
      feeds: ["external-dns"],
      lastHeard: ago(60 * minute),
      records: { A: 1 },
    });
    expect(find({ clusters: [other, watched({}, { sameAs: "default" })] })).toMatchObject([
      { code: "fed-twice", message: expect.stringContaining("by ExternalDNS as default") },
    ]);
  });

  test("is not said once the watcher is gone, which is", () => {
    const codes = find({ clusters: [watched({ state: "not-running" }, { ...both, lastHeard: ago(0) })] });
    expect(codes.map(({ code }) => code)).toEqual(["watch-not-running"]);
  });
});

test("a cluster that was made anew is news for an hour", () => {
  expect(find({ clusters: [watched({ madeAnew: ago(3 * minute) })] })).toMatchObject([
    { code: "cluster-made-anew", severity: "info", message: expect.stringContaining("3 minutes ago") },
  ]);
  expect(find({ clusters: [watched({ madeAnew: ago(61 * minute) })] })).toEqual([]);
});

test("contexts that are not watched are news, with the flags that watch all of them; what was left out on purpose is not", () => {
  const none = { message: null, flag: null };
  const contexts = [
    { name: "kind-a", watched: true, reason: null, ...none },
    { name: "production", watched: false, reason: "not-local", ...none },
    { name: "again", watched: false, reason: "same-cluster", ...none },
    { name: "other", watched: false, reason: "not-named", ...none },
  ];
  expect(find({ watchers: [watcherOf({ contexts })] })).toMatchObject([
    {
      code: "context-not-watched",
      severity: "info",
      message: "Of the contexts of ann these are not watched: production.",
      command: "hostsfile-server watch --context=kind-a --context=production",
    },
  ]);
  expect(find({ watchers: [watcherOf({ contexts, running: false })] })).toEqual([]);
  const production = [{ name: "production", watched: true, reason: null, ...none }];
  expect(find({ watchers: [watcherOf({ contexts }), watcherOf({ pid: 2, contexts: production })] })).toEqual([]);
});
