/** What passes a limit of records is left out, everything else is taken, and a person is told. */
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { defaultCluster } from "../../records/cluster.ts";
import { externalDNSFeed } from "../../records/feed.ts";
import { type TestApp, makeTestApp, webhookMediaType } from "../../../test/support/test-app.ts";

const headers = { accept: webhookMediaType, "content-type": webhookMediaType };
const small = { dnsName: "small.dtk.io", recordType: "A", targets: ["192.0.2.1"] };

/** As an annotation with very many targets becomes. */
function addresses(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`);
}

async function makeApp(): Promise<TestApp> {
  const app = await makeTestApp();
  await app.call("POST /domains", { body: "dtk.io" });
  await app.call("POST /clusterip", { body: "192.0.2.7" });
  await app.call("POST /targets", { body: "record" });
  return app;
}

async function names(response: Response): Promise<readonly string[]> {
  return z
    .array(z.looseObject({ dnsName: z.string() }))
    .parse(await response.json())
    .map(({ dnsName }) => dnsName);
}

const beyond = [
  ["record-too-large", { dnsName: "big.dtk.io", recordType: "A", targets: addresses(200_000) }],
  ["record-too-large", { ...small, dnsName: "labels.dtk.io", labels: { note: "x".repeat(70_000) } }],
  ["record-too-large", { ...small, dnsName: "unknown.dtk.io", shiny: { deep: ["x".repeat(70_000)] } }],
  ["name-too-long", { ...small, dnsName: `${"a.".repeat(600)}dtk.io` }],
  ["record-type-unknown", { ...small, dnsName: "type.dtk.io", recordType: "A\u202e" }],
  ["record-type-unknown", { ...small, dnsName: "type.dtk.io", recordType: "A".repeat(17) }],
  ["record-type-unknown", { ...small, dnsName: "type.dtk.io", recordType: "cname" }],
] as const;

describe.each(beyond)("%s", (reason, endpoint) => {
  test("is left out of what ExternalDNS may want, so that it never comes", async () => {
    await using app = await makeApp();
    const body = JSON.stringify([endpoint, small]);
    const response = await app.call("POST /adjustendpoints", { headers, body });
    expect([response.status, await names(response)]).toEqual([200, ["small.dtk.io"]]);
    expect((await app.status()).leftOut.list).toMatchObject([{ reason, cluster: "default" }]);
  });

  test("is left out of what is stored, and the rest is taken", async () => {
    await using app = await makeApp();
    const body = JSON.stringify({ create: [endpoint], updateNew: [{ ...endpoint, setIdentifier: "b" }, small] });
    expect((await app.call("POST /records", { headers, body })).status).toBe(204);
    expect(await names(await app.call("GET /records", { headers }))).toEqual(["small.dtk.io"]);
    const { leftOut, attention } = await app.status();
    expect(leftOut.list[0]?.name.length).toBeLessThanOrEqual(301);
    expect(attention.map(({ code }) => code).includes(reason)).toBe(reason !== "record-type-unknown");
    const metrics = await (await app.call("GET /metrics")).text();
    expect(metrics).toContain(`hostsfile_server_endpoints_left_out{cluster="default",reason="${reason}"}`);
  });
});

test("what is just small enough is taken", async () => {
  await using app = await makeApp();
  const base = JSON.stringify({ ...small, labels: { note: "" } }).length;
  const largest = (bytes: number) => ({
    ...small,
    labels: { note: "\u00fc".repeat(bytes / 2) + "x".repeat(bytes % 2) },
  });
  const answer = async (bytes: number) =>
    names(await app.call("POST /adjustendpoints", { headers, body: JSON.stringify([largest(bytes - base)]) }));
  expect(await answer(65_536)).toEqual(["small.dtk.io"]);
  expect(await answer(65_537)).toEqual([]);
});

test("what was stored before there were limits may be deleted", async () => {
  await using app = await makeApp();
  const odd = { dnsName: `${"a.".repeat(600)}dtk.io`, recordType: "ODD TYPE", setIdentifier: "x".repeat(70_000) };
  await app.reconciler.change((store) =>
    store.apply(defaultCluster, externalDNSFeed, {
      remove: [],
      put: [{ key: { name: odd.dnsName, type: odd.recordType, setIdentifier: odd.setIdentifier }, endpoint: odd }],
    }),
  );
  expect(await names(await app.call("GET /records", { headers }))).toEqual([odd.dnsName]);
  expect((await app.call("POST /records", { headers, body: JSON.stringify({ delete: [odd] }) })).status).toBe(204);
  expect(await names(await app.call("GET /records", { headers }))).toEqual([]);
});

test("records that find no room are left out one by one, posted again they change nothing, and a person is told", async () => {
  await using app = await makeApp();
  const padding = "x".repeat(60_000);
  const create = Array.from({ length: 400 }, (_, index) => ({
    ...small,
    dnsName: `n${index}.dtk.io`,
    labels: { padding },
  }));
  for (let batch = 0; batch < 3; batch++) {
    const body = JSON.stringify({ create: create.map((each) => ({ ...each, setIdentifier: `${batch}` })) });
    expect((await app.call("POST /records", { headers, body })).status).toBe(204);
    if (batch === 2) expect((await app.call("POST /records", { headers, body })).status).toBe(204);
  }
  const { leftOut, attention } = await app.status();
  expect(leftOut.total).toBeGreaterThan(0);
  expect(leftOut.list[0]?.reason).toBe("store-full");
  expect(attention.filter(({ code }) => code === "store-full")).toHaveLength(1);
  const body = JSON.stringify({ delete: create.map((each) => ({ ...each, setIdentifier: "0" })) });
  expect((await app.call("POST /records", { headers, body })).status).toBe(204);
  expect((await app.status()).leftOut.total).toBe(0);
});
