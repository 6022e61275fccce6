/** There is room for a second sink: one that shows more than the hosts file, beside it, known to no other file. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { adoptionPlanSchema } from "../src/contract/adoption.ts";
import { namesSchema } from "../src/contract/names.ts";
import { statusSchema } from "../src/contract/status.ts";
import { StatusSignal } from "../src/control/status/status-signal.ts";
import { createMetrics } from "../src/control/status/metrics.ts";
import { renderStatus } from "../src/cli/server/status-text.ts";
import { plain } from "../src/cli/terminal.ts";
import { createApp } from "../src/daemon/app.ts";
import { keepInMemory } from "../src/store/keepers.ts";
import { judgeInStep } from "../src/doctor/checks/hosts-file-in-step.ts";
import { judgeShown } from "../src/doctor/trace/trace-server.ts";
import { Reconciler } from "../src/engine/reconciler.ts";
import type { Sink, SinkReport } from "../src/engine/sink.ts";
import type { View } from "../src/records/view.ts";
import { openHostsFileSink } from "../src/sinks/hosts-file/hosts-file-sink.ts";
import { plainPlace } from "./support/hosts-place.ts";
import { desktopNetworks, own, webhookMediaType } from "./support/test-app.ts";

/** A DNS zone in memory, which shows every name and every record type but NS. */
class Zone implements Sink {
  readonly id = "zone";
  readonly title = "DNS zone";
  /** As in `*.dtk.io A 192.0.2.7`. */
  records: readonly string[] = [];
  isBroken = false;

  async apply({ entries }: View): Promise<SinkReport> {
    if (this.isBroken)
      return { ok: false, trouble: { code: "zone-full", message: "There is no space.", hint: "Make room." } };
    this.records = entries.flatMap(({ name, addresses, others }) => [
      ...addresses.map((address) => `${name} A ${address}`),
      ...others.filter(({ type }) => type !== "NS").map(({ type, targets }) => `${name} ${type} ${targets.join()}`),
    ]);
    const delegated = entries.filter(({ others }) => others.some(({ type }) => type === "NS"));
    const refused = delegated.map(({ name }) => ({
      name,
      type: "NS",
      reason: "delegation",
      sentence: `${name} is not delegated.`,
    }));
    return { ok: true, method: "published", diff: { added: [], removed: [] }, refused, notices: [] };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** A server with both sinks. */
async function openBoth() {
  await using stack = new AsyncDisposableStack();
  const place = stack.use(plainPlace("127.0.0.1 localhost\n10.0.0.9 nas.dtk.io\n"));
  const hostsFile = stack.use(await openHostsFileSink({ ...place, what: "test", onOutsideEdit: () => {} }));
  const zone = new Zone();
  const changes = stack.use(new StatusSignal());
  const metrics = stack.use(createMetrics(Date.now));
  const reconciler = stack.use(
    new Reconciler({
      keeper: keepInMemory(),
      sinks: [hostsFile, zone],
      ownNames: () => new Set(),
      listener: changes.listener,
      now: Date.now,
    }),
  );
  const none = (): void => {};
  const app = createApp({
    reconciler,
    adopter: hostsFile,
    log: { debug: none, info: none, warn: none, error: none },
    metrics,
    changes,
    now: Date.now,
    allow: () => undefined,
    adminToken: () => ({ kind: "none" }),
    ownNames: () => new Set(),
    facts: { pid: 1, version: "1.2.3", since: 0, hostsFile: place.path, dryRun: false },
    address: () => "http://localhost:5000",
    networks: desktopNetworks,
  });
  const call = async (
    method: string,
    path: string,
    body?: string,
    more: Record<string, string> = {},
  ): Promise<string> => {
    const headers = {
      host: "localhost:5000",
      ...(path === "/records" ? { "content-type": webhookMediaType } : {}),
      ...more,
    };
    const init = { method, headers, ...(body === undefined ? {} : { body }) };
    return (await app.fetch(new Request(`http://localhost:5000${path}`, init), { caller: own })).text();
  };
  const opened = stack.move();
  return { place, zone, reconciler, call, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

type Both = Awaited<ReturnType<typeof openBoth>>;

async function create(
  { call }: Both,
  ...endpoints: readonly (readonly [name: string, type: string, target: string])[]
) {
  await call("POST", "/domains", "dtk.io");
  await call("POST", "/clusterip", "192.168.122.167");
  const list = endpoints.map(([dnsName, recordType, target]) => ({ dnsName, recordType, targets: [target] }));
  await call("POST", "/records", JSON.stringify({ Create: list, UpdateOld: [], UpdateNew: [], Delete: [] }));
}

async function statusOf({ call }: Both) {
  return statusSchema.parse(JSON.parse(await call("GET", "/status")));
}

const odd = [
  ["foo.dtk.io", "A", "10.0.0.1"],
  ["*.dtk.io", "A", "10.0.0.1"],
  ["_sip.dtk.io", "A", "10.0.0.1"],
  ["foo.dtk.io", "TXT", "hello"],
  ["sub.dtk.io", "NS", "ns.dtk.io"],
] as const;

test("a DNS zone shows what the hosts file cannot hold", async () => {
  await using both = await openBoth();
  await create(both, ...odd);
  const address = "192.168.122.167";
  expect(both.zone.records).toEqual([
    `*.dtk.io A ${address}`,
    `_sip.dtk.io A ${address}`,
    `foo.dtk.io A ${address}`,
    "foo.dtk.io TXT hello",
  ]);
  const lines = readFileSync(both.place.path, "utf8").split("\n");
  expect(lines.filter((line) => line.startsWith(address))).toEqual([`${address} foo.dtk.io`]);
});

test("the status says which sinks show each name, and why one cannot; not shown is only what none of them shows", async () => {
  await using both = await openBoth();
  await create(both, ...odd);
  const status = await statusOf(both);
  expect(status.names.list.map(({ name, sinks }) => [name, sinks])).toEqual([
    ["*.dtk.io", ["zone"]],
    ["_sip.dtk.io", ["zone"]],
    ["foo.dtk.io", ["hosts-file", "zone"]],
  ]);
  expect(status.names.list[2]?.records).toEqual([{ type: "TXT", targets: ["hello"] }]);
  expect(status.sinks.map(({ id, name, shown, refused }) => [id, name, shown, refused?.total])).toEqual([
    ["hosts-file", "hosts file", 1, 4],
    ["zone", "DNS zone", 3, 1],
  ]);
  expect(status.sinks[0]?.refused?.list.map(({ name, reason }) => `${name} ${reason}`)).toEqual([
    "*.dtk.io wildcard",
    "_sip.dtk.io underscore",
    "foo.dtk.io record-type",
    "sub.dtk.io record-type",
  ]);
  expect(status.notShown.list.map(({ name, reason }) => `${name} ${reason}`)).toEqual(["sub.dtk.io record-type"]);
  expect(status.server.ready).toBe(true);
});

test("names, metrics, page, text and doctor say it as well", async () => {
  await using both = await openBoth();
  await create(both, ...odd);
  const { names } = namesSchema.parse(JSON.parse(await both.call("GET", "/names")));
  expect(names.map(({ name, sinks }) => `${name} ${sinks?.join()}`)).toContain("*.dtk.io zone");
  const metrics = (await both.call("GET", "/metrics")).split("\n");
  expect(metrics).toContain('hostsfile_server_sink_names_shown{sink="DNS zone"} 3');
  expect(metrics).toContain('hostsfile_server_sink_names_refused{sink="hosts file",reason="wildcard"} 1');
  expect(metrics.filter((line) => /names_not_shown\{/.test(line))).toEqual([
    'hostsfile_server_names_not_shown{cluster="default",reason="record-type"} 1',
  ]);
  expect(await both.call("GET", "/", undefined, { accept: "text/html" })).toContain("Shown by");
  const status = await statusOf(both);
  const text = renderStatus(status, { now: Date.now(), terminal: plain });
  expect(text).toContain("*.dtk.io (DNS zone), _sip.dtk.io (DNS zone), foo.dtk.io");
  expect(text).toContain("DNS zone is up to date");
  expect(judgeInStep(status)).toHaveLength(2);
  expect(judgeShown("*.dtk.io", status)).toMatchObject({ message: expect.stringContaining("in the DNS zone") });
});

test("adoption stays the hosts file's own", async () => {
  await using both = await openBoth();
  await create(both, ["nas.dtk.io", "A", "10.0.0.1"]);
  expect((await statusOf(both)).names.list).toMatchObject([{ name: "nas.dtk.io", sinks: ["zone"] }]);
  const { userPart } = adoptionPlanSchema.parse(JSON.parse(await both.call("GET", "/adopt")));
  const adopted = await both.call("POST", "/adopt", JSON.stringify({ userPart, names: ["nas.dtk.io"] }));
  expect(JSON.parse(adopted)).toMatchObject({ edits: [{ names: ["nas.dtk.io"] }] });
  expect(readFileSync(both.place.path, "utf8")).toContain("192.168.122.167 nas.dtk.io");
  expect((await statusOf(both)).names.list).toMatchObject([{ name: "nas.dtk.io", sinks: ["hosts-file", "zone"] }]);
});

test("readiness names the sinks that are not written yet, and the one that fails", async () => {
  await using both = await openBoth();
  expect(await both.call("GET", "/readyz")).toContain("written to the hosts file and the DNS zone since");
  await create(both, ["foo.dtk.io", "A", "10.0.0.1"]);
  expect(JSON.parse(await both.call("GET", "/readyz"))).toEqual({ ready: true, reasons: [] });
  both.zone.isBroken = true;
  await both.reconciler.reconcile();
  expect(JSON.parse(await both.call("GET", "/readyz"))).toMatchObject({
    ready: false,
    reasons: [{ code: "zone-full", sink: "zone" }],
  });
  const status = await statusOf(both);
  expect(status.sinks.map(({ id, ok }) => [id, ok])).toEqual([
    ["hosts-file", true],
    ["zone", false],
  ]);
  expect(status.attention[0]).toMatchObject({ code: "zone-full", sink: "zone" });
  expect(judgeInStep(status)[1]).toMatchObject({ grade: "problem", message: "DNS zone: There is no space." });
});
