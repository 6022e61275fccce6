import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeTestApp, webhookMediaType } from "../../../test/support/test-app.ts";
import { metricsPath, renderMetricsPage } from "../../../scripts/metrics-page.ts";
import { routeOf } from "./metrics.ts";
import { createCounters } from "./prometheus.ts";

describe("the route of a path", () => {
  test.each([
    ["/", "/"],
    ["/records", "/records"],
    ["/domains/dtk.io", "/domains/:name"],
    ["/clusters/kind-a", "/clusters/:cluster/"],
    ["/clusters/kind-a/", "/clusters/:cluster/"],
    ["/clusters/kind-a/records", "/clusters/:cluster/records"],
    ["/clusters/kind-a/records/", "/clusters/:cluster/records"],
    ["/watchers/dev", "/watchers/:user/"],
    ["/watchers/dev/domains", "/watchers/:user/domains"],
    ["/watchers/dev/clusters/kind-a", "/watchers/:user/clusters/:cluster/"],
    ["/watchers/dev/clusters/kind-a/domains/dtk.io", "/watchers/:user/clusters/:cluster/domains/:name"],
    ["/watchers", "other"],
    ["/nonsense", "other"],
    ["/clusters/kind-a/nonsense", "other"],
  ])("%s is %s", (path, route) => {
    expect(routeOf(path)).toBe(route);
  });

  test("whatever is asked for, there are few", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.webPath(), (path) => void seen.add(routeOf(path))),
      { numRuns: 2000 },
    );
    expect(seen.size).toBeLessThan(25);
  });
});

async function scrape(app: Awaited<ReturnType<typeof makeTestApp>>): Promise<readonly string[]> {
  const response = await app.call("GET /metrics");
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  return (await response.text()).split("\n");
}

describe("GET /metrics", () => {
  test("counts requests from the start on, by route and code", async () => {
    await using app = await makeTestApp();
    await app.call("POST /domains", { body: "dtk.io" });
    await app.call("GET /domains");
    await app.call("GET /nowhere");
    const lines = await scrape(app);
    expect(lines).toContain('hostsfile_server_http_requests_total{method="POST",route="/domains",code="200"} 1');
    expect(lines).toContain('hostsfile_server_http_requests_total{method="GET",route="other",code="404"} 1');
    expect(lines).toContain('hostsfile_server_http_request_duration_seconds_count{route="/domains"} 2');
    expect(await scrape(app)).toContain(
      'hostsfile_server_http_requests_total{method="GET",route="/metrics",code="200"} 1',
    );
  });

  test("says what is stored and shown", async () => {
    await using app = await makeTestApp();
    await app.call("POST /domains", { body: "dtk.io" });
    await app.call("POST /clusterip", { body: "192.0.2.1" });
    const endpoint = { dnsName: "foo.dtk.io", targets: ["foo.dtk.io"], recordType: "CNAME" };
    await app.call("POST /records", { body: JSON.stringify({ create: [endpoint] }) });
    const lines = await scrape(app);
    expect(lines).toContain('hostsfile_server_records{cluster="default",type="CNAME"} 1');
    expect(lines).toContain('hostsfile_server_names_shown{cluster="default"} 1');
    expect(lines).toContain("hostsfile_server_ready 1");
  });

  test("says what is refused by cluster and reason, and who asked for the domains", async () => {
    await using app = await makeTestApp();
    const headers = { accept: webhookMediaType };
    await app.call("POST /clusters/kind-a/domains", { body: "dtk.io" });
    await app.call("POST /clusters/kind-a/clusterip", { body: "192.0.2.1" });
    const names = ["*.dtk.io", "a_b.dtk.io", "c_d.dtk.io"];
    const create = names.map((dnsName) => ({ dnsName, targets: ["192.0.2.1"], recordType: "A" }));
    await app.call("POST /clusters/kind-a/records", { headers, body: JSON.stringify({ create }) });
    const body = '[{"dnsName":"foo.example.com","recordType":"A"}]';
    await app.call("POST /clusters/kind-a/adjustendpoints", { headers, body });
    await app.call("GET /clusters/kind-a", { headers });
    await app.call("GET /clusters/kind-a");
    const lines = await scrape(app);
    expect(lines).toContain('hostsfile_server_names_not_shown{cluster="kind-a",reason="wildcard"} 1');
    expect(lines).toContain('hostsfile_server_names_not_shown{cluster="kind-a",reason="underscore"} 2');
    expect(lines).toContain('hostsfile_server_endpoints_left_out{cluster="kind-a",reason="not-managed"} 1');
    expect(lines).toContain('hostsfile_server_negotiations_total{cluster="kind-a"} 1');
    expect(lines).toContainEqual(
      expect.stringMatching(/^hostsfile_server_last_heard_timestamp_seconds\{cluster="kind-a"\} 1767225600$/),
    );
  });

  test("forgets what does not hold any more", async () => {
    await using app = await makeTestApp();
    await app.call("POST /domains", { body: "dtk.io" });
    const endpoint = { dnsName: "*.dtk.io", targets: ["192.0.2.1"], recordType: "A" };
    await app.call("POST /records", { body: JSON.stringify({ create: [endpoint] }) });
    const about = async () =>
      (await scrape(app)).filter((line) => line.startsWith("hostsfile_server_names_not_shown{"));
    expect(await about()).toHaveLength(1);
    await app.call("POST /records", { body: JSON.stringify({ delete: [endpoint] }) });
    expect(await about()).toEqual([]);
  });

  test("counts refusals by their reason, and is itself refused to strangers", async () => {
    await using app = await makeTestApp();
    expect((await app.call("GET /metrics", { from: "198.51.100.7" })).status).toBe(403);
    expect(await scrape(app)).toContain('hostsfile_server_refused_requests_total{reason="address"} 1');
  });
});

describe("writes", () => {
  const diff = { added: [], removed: [] };
  const sink = "hosts file";

  test("are counted by method and outcome, repairs and troubles beside them", async () => {
    const counters = createCounters();
    counters.shown({
      sink,
      at: 5000,
      report: { ok: true, method: "rename", diff, refused: [], notices: [], isRepaired: true },
    });
    counters.shown({ sink, at: 6000, report: { ok: true, method: "unchanged", diff, refused: [], notices: [] } });
    counters.shown({
      sink,
      at: 7000,
      report: { ok: false, trouble: { code: "hosts-file-disk-full", message: "", hint: "" } },
    });
    const text = await counters.registry.metrics();
    expect(text).toContain('sink_writes_total{sink="hosts file",method="rename",outcome="written"} 1');
    expect(text).toContain('sink_writes_total{sink="hosts file",method="none",outcome="failed"} 1');
    expect(text).toContain('sink_repairs_total{sink="hosts file"} 1');
    expect(text).toContain('troubles_total{code="hosts-file-disk-full"} 1');
    expect(text).toContain('sink_last_success_timestamp_seconds{sink="hosts file"} 6');
  });
});

describe("what is said about metrics elsewhere", () => {
  test("docs/metrics.md is as `npm run docs` makes it", async () => {
    expect(readFileSync(metricsPath, "utf8")).toBe(await renderMetricsPage());
  });

  test.each(["contrib/alerts.yaml", "contrib/grafana-dashboard.json"])(
    "%s names only metrics that there are",
    async (path) => {
      const known = new Set((await createCounters().registry.getMetricsAsJSON()).map(({ name }) => name));
      const named = readFileSync(path, "utf8").match(/hostsfile_(?:server|watch)_\w+/g) ?? [];
      expect(named.length).toBeGreaterThan(2);
      expect(named.map((name) => name.replace(/_bucket$/, "")).filter((name) => !known.has(name))).toEqual([]);
    },
  );

  test("each alert rule has an expression, a summary and what to do", () => {
    const rules = readFileSync("contrib/alerts.yaml", "utf8").split("- alert:").slice(1);
    expect(rules.length).toBeGreaterThan(3);
    for (const rule of rules) expect(rule).toMatch(/expr: [\s\S]*for: [\s\S]*summary: [\s\S]*description: /);
  });
});
