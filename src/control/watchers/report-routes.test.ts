/** A watcher's report as the server takes it, and what status and metrics say of it, through the real HTTP application. */
import { describe, expect, test } from "vitest";
import { type TestApp, guest, makeTestApp, neighbour } from "../../../test/support/test-app.ts";
import { reportOf, reportedCluster } from "../../../test/support/watcher-report.ts";
import type { WatcherReport } from "../../contract/watcher.ts";

async function put(app: TestApp, report: unknown, user = "ann", from?: string): Promise<number> {
  return (await app.call(`PUT /watchers/${user}`, { body: JSON.stringify(report), from })).status;
}

async function watchOf(app: TestApp, name = "kind-a") {
  const { clusters, watchers, attention } = await app.status();
  return { watch: clusters.find((cluster) => cluster.name === name)?.watch, watchers, attention };
}

async function makeApp(): Promise<TestApp> {
  const app = await makeTestApp();
  await app.call("POST /clusters/kind-a/domains", { body: "dtk.io" });
  await app.call("POST /clusters/kind-a/clusterip", { body: "192.0.2.7" });
  const endpoint = { dnsName: "a.dtk.io", recordType: "CNAME", targets: ["a.dtk.io"] };
  const headers = { "content-type": "application/external.dns.webhook+json;version=1" };
  await app.call("POST /watchers/ann/clusters/kind-a/records", {
    body: JSON.stringify({ create: [endpoint] }),
    headers,
  });
  return app;
}

test("the status says what a watcher reported", async () => {
  await using app = await makeApp();
  const context = { name: "kind-a", watched: true, reason: null, message: null, flag: null };
  expect(await put(app, reportOf({ contexts: [context], clusters: [reportedCluster()] }))).toBe(204);
  const { watch, watchers, attention } = await watchOf(app);
  expect(watch).toEqual({
    state: "live",
    since: "2025-12-31T00:00:01.000Z",
    reason: null,
    lastHeard: "2026-01-01T00:00:00.000Z",
    user: "ann",
    context: "kind-a",
    server: "https://127.0.0.1:6443",
    uid: "0001",
    madeAnew: null,
    refused: null,
    kinds: reportedCluster().kinds,
  });
  expect(watchers).toMatchObject([{ user: "ann", pid: 7, running: true, contexts: [context] }]);
  expect(attention).toEqual([]);
});

test("one rule says when a watcher is gone: a silence, or its own word", async () => {
  await using app = await makeApp();
  await put(app, reportOf({ clusters: [reportedCluster()] }));
  app.pass(149_000);
  expect((await watchOf(app)).watch?.state).toBe("live");
  app.pass(2_000);
  const silent = await watchOf(app);
  expect([silent.watch?.state, silent.watchers?.[0]?.running]).toEqual(["not-running", false]);
  expect(silent.attention).toMatchObject([{ code: "watch-not-running" }]);
  await put(app, reportOf({ clusters: [reportedCluster()] }));
  expect((await watchOf(app)).watch?.state).toBe("live");
  app.pass(1_000);
  await put(app, reportOf({ clusters: [reportedCluster()], ended: true }));
  expect((await watchOf(app)).watch?.state).toBe("not-running");
});

test("before a watcher has reported to this process, its calls for records are its sign of life", async () => {
  await using app = await makeApp();
  expect((await watchOf(app)).watch).toMatchObject({ state: "unreported", user: "ann", context: null, kinds: [] });
  app.pass(151_000);
  expect((await watchOf(app)).watch).toMatchObject({ state: "not-running" });
});

test("a cluster that no watcher ever fed has nothing of one", async () => {
  await using app = await makeApp();
  expect(await watchOf(app, "default")).toMatchObject({ watch: undefined, watchers: undefined });
});

describe("a report is refused", () => {
  test.each<[string, unknown, string]>([
    ["that is not JSON", "{", "ann"],
    ["without its clusters", { ...reportOf(), clusters: undefined }, "ann"],
    [
      "with a state that does not exist",
      reportOf({ clusters: [{ ...reportedCluster(), state: "fine" as "live" }] }),
      "ann",
    ],
    ["with a time that is not one", reportOf({ since: "yesterday" }), "ann"],
    ["with a text that is too long", reportOf({ version: "x".repeat(3000) }), "ann"],
    ["of a user that cannot be one", reportOf(), "a%20b"],
  ])("%s", async (_what, report, user) => {
    await using app = await makeTestApp();
    expect(await put(app, report, user)).toBe(400);
    expect((await app.status()).watchers).toBeUndefined();
  });

  test("that comes from another machine", async () => {
    await using app = await makeTestApp();
    expect(await put(app, reportOf(), "ann", neighbour)).toBe(403);
    expect(await put(app, reportOf(), "ann", guest)).toBe(403);
  });

  test("without the token that the server requires", async () => {
    await using app = await makeTestApp({ adminToken: "secret" });
    expect(await put(app, reportOf())).toBe(401);
  });
});

describe("several watchers of one user", () => {
  const [one, other] = [reportedCluster(), reportedCluster({ name: "kind-b", context: "kind-b" })];
  const first = reportOf({ pid: 1, clusters: [one] });
  const second = reportOf({ pid: 2, clusters: [other] });

  async function makeBoth(): Promise<TestApp> {
    const app = await makeApp();
    await app.call("POST /clusters/kind-b/domains", { body: "dtk.io" });
    await put(app, first);
    app.pass(1);
    await put(app, second);
    return app;
  }

  test("are all shown, each with its clusters", async () => {
    await using app = await makeBoth();
    expect((await watchOf(app)).watch).toMatchObject({ state: "live", context: "kind-a" });
    const { watch, watchers } = await watchOf(app, "kind-b");
    expect(watch).toMatchObject({ state: "live", context: "kind-b" });
    expect(watchers?.map(({ pid, running }) => [pid, running])).toEqual([
      [2, true],
      [1, true],
    ]);
  });

  test("the end of one is said of its clusters alone, until another has them", async () => {
    await using app = await makeBoth();
    app.pass(1);
    await put(app, { ...first, ended: true });
    app.pass(1);
    await put(app, second);
    expect((await watchOf(app)).watch).toMatchObject({ state: "not-running", context: "kind-a" });
    expect((await watchOf(app, "kind-b")).watch?.state).toBe("live");
    await put(app, { ...second, clusters: [one, other] });
    const { watch, watchers } = await watchOf(app);
    expect(watch?.state).toBe("live");
    expect(watchers?.map(({ pid }) => pid)).toEqual([2]);
  });

  test("one that was killed is forgotten when another has its clusters and it is silent", async () => {
    await using app = await makeBoth();
    app.pass(149_000);
    await put(app, { ...second, clusters: [one, other] });
    expect((await watchOf(app)).watchers).toHaveLength(2);
    app.pass(2_000);
    await put(app, { ...second, clusters: [one, other] });
    expect((await watchOf(app)).watchers).toHaveLength(1);
  });
});

test("no more watchers are remembered than a desktop has", async () => {
  await using app = await makeTestApp();
  for (let count = 0; count < 20; count++) {
    await put(app, reportOf(), `u${count}`);
    app.pass(1);
  }
  const users = (await app.status()).watchers?.map(({ user }) => user);
  expect(users).toEqual(Array.from({ length: 16 }, (_, index) => `u${19 - index}`));
});

test("what a watcher says of another user's cluster, or of one that the server does not know, does not count", async () => {
  await using app = await makeApp();
  await put(app, reportOf({ clusters: [reportedCluster(), reportedCluster({ name: "unknown" })] }), "eve");
  expect((await watchOf(app)).watch).toMatchObject({ state: "unreported", user: "ann" });
  await put(app, reportOf({ clusters: [reportedCluster()] }), "ann");
  expect((await watchOf(app)).watch).toMatchObject({ state: "live", user: "ann" });
});

test("a change wakes readers of events, and a mere sign of life does not", async () => {
  await using app = await makeApp();
  const counts = async (report: WatcherReport): Promise<number> => {
    const before = app.changes.count;
    await put(app, report);
    await app.changes.next(before);
    return app.changes.count - before;
  };
  expect(await counts(reportOf({ clusters: [reportedCluster()] }))).toBe(1);
  expect(await counts(reportOf({ clusters: [reportedCluster()] }))).toBe(0);
  expect(await counts(reportOf({ clusters: [reportedCluster({ state: "unreachable" })] }))).toBe(1);
});

test("metrics count what reports bring, for known clusters and few kinds", async () => {
  await using app = await makeApp();
  const event = { cluster: "kind-a", kind: "Ingress", count: 2 };
  const news = {
    events: [event, { ...event, cluster: "unknown" }],
    relists: [{ reason: "expired" as const, count: 1 }],
    seconds: [0.004, 0.2],
  };
  await put(app, reportOf({ clusters: [reportedCluster()], news }));
  await put(app, reportOf({ clusters: [reportedCluster()], news }));
  const kinds = Array.from({ length: 40 }, (_, index) => ({ ...event, kind: `Kind${index}`, count: 1 }));
  await put(
    app,
    reportOf({ clusters: [reportedCluster()], news: { ...news, events: kinds, relists: [], seconds: [] } }),
  );
  const lines = (await (await app.call("GET /metrics")).text()).split("\n").filter((line) => line.includes("_watch_"));
  expect(lines).toEqual(
    expect.arrayContaining([
      'hostsfile_watch_events_total{cluster="kind-a",kind="Ingress"} 4',
      'hostsfile_watch_relists_total{reason="expired"} 2',
      'hostsfile_watch_connected{cluster="kind-a"} 1',
      "hostsfile_watch_event_to_line_seconds_count 4",
      'hostsfile_watch_event_to_line_seconds_bucket{le="0.005"} 2',
    ]),
  );
  expect(lines.filter((line) => line.startsWith("hostsfile_watch_events_total{"))).toHaveLength(33);
});
