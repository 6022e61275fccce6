/** There is room for a second sink: one that shows more than the hosts file, beside it, known to no other file. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { adoptionPlanSchema } from "../src/contract/adoption.ts";
import { ChangeFeed } from "../src/control/status/change-feed.ts";
import { createMetrics } from "../src/control/status/metrics.ts";
import { createApp } from "../src/daemon/app.ts";
import { keepInMemory } from "../src/store/keepers.ts";
import { Reconciler } from "../src/engine/reconciler.ts";
import type { Sink, SinkReport } from "../src/engine/sink.ts";
import type { View } from "../src/records/view.ts";
import { openHostsFileSink } from "../src/sinks/hosts-file/hosts-file-sink.ts";
import { plainPlace } from "./support/hosts-place.ts";
import { desktopNetworks, own, webhookMediaType } from "./support/test-app.ts";

/** A DNS zone in memory, which can show wildcards. */
class Zone implements Sink {
  readonly id = "zone";
  readonly title = "DNS zone";
  names: readonly string[] = [];
  isBroken = false;

  async apply({ entries }: View): Promise<SinkReport> {
    if (this.isBroken)
      return { ok: false, trouble: { code: "zone-full", message: "The zone is full.", hint: "Make room." } };
    this.names = entries.map(({ name }) => name);
    return { ok: true, method: "published", change: { added: [], removed: [] }, refused: [], notices: [] };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

test("a DNS zone beside the hosts file: it shows a wildcard, adoption works, readiness and status name both", async () => {
  using place = plainPlace("127.0.0.1 localhost\n10.0.0.9 nas.dtk.io\n");
  await using hostsFile = await openHostsFileSink({ ...place, what: "test", onOutsideEdit: () => {} });
  const zone = new Zone();
  using changes = new ChangeFeed();
  using metrics = createMetrics();
  await using reconciler = new Reconciler({
    keeper: keepInMemory(),
    sinks: [hostsFile, zone],
    ownNames: () => new Set(),
    listener: changes.listener,
    now: Date.now,
  });
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
  const call = async (method: string, path: string, body?: string): Promise<string> => {
    const headers = { host: "localhost:5000", ...(path === "/records" ? { "content-type": webhookMediaType } : {}) };
    const init = { method, headers, ...(body === undefined ? {} : { body }) };
    return (await app.fetch(new Request(`http://localhost:5000${path}`, init), { caller: own })).text();
  };
  expect(await call("GET", "/readyz")).toContain("written to the hosts file and the DNS zone since");
  await call("POST", "/domains", "dtk.io");
  await call("POST", "/clusterip", "192.168.122.167");
  const create = ["nas.dtk.io", "*.dtk.io"].map((dnsName) => ({ dnsName, recordType: "A", targets: ["10.0.0.1"] }));
  await call("POST", "/records", JSON.stringify({ Create: create, UpdateOld: [], UpdateNew: [], Delete: [] }));
  expect([...zone.names].toSorted()).toEqual(["*.dtk.io", "nas.dtk.io"]);
  const { userPart } = adoptionPlanSchema.parse(JSON.parse(await call("GET", "/adopt")));
  const adopted = await call("POST", "/adopt", JSON.stringify({ userPart, names: ["nas.dtk.io"] }));
  expect(JSON.parse(adopted)).toMatchObject({ edits: [{ names: ["nas.dtk.io"] }] });
  expect(readFileSync(place.path, "utf8")).toContain("192.168.122.167 nas.dtk.io");
  expect(JSON.parse(await call("GET", "/status"))).toMatchObject({
    server: { ready: true },
    sinks: [
      { id: "hosts-file", name: "hosts file", path: place.path, ok: true },
      { id: "zone", name: "DNS zone", ok: true, method: "published" },
    ],
  });
  zone.isBroken = true;
  await reconciler.reconcile();
  expect(JSON.parse(await call("GET", "/readyz"))).toMatchObject({ ready: false, reasons: [{ code: "zone-full" }] });
});
