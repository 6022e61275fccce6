/** The webhook contract by table: every request and status of design section 4, with the bodies of several ExternalDNS versions. */
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { exchanges } from "../../../test/support/external-dns-requests.ts";
import { defaultCluster } from "../../records/cluster.ts";
import { externalDNSFeed } from "../../records/feed.ts";
import { type TestApp, guest, makeTestApp, neighbour, webhookMediaType } from "../../../test/support/test-app.ts";

const headers = { accept: webhookMediaType, "content-type": webhookMediaType };
const ofDefault = { cluster: defaultCluster, feed: externalDNSFeed };
const trouble = { code: "hosts-file-read-only", message: "It is read-only.", hint: "Remount it." };

async function makeManaged(...domains: string[]): Promise<TestApp> {
  const app = await makeTestApp();
  await app.call("POST /domains", { body: domains.join(",") });
  return app;
}

const keySchema = z.looseObject({ dnsName: z.string(), recordType: z.string() });

/** A schema rebuilds objects and would hide what is not verbatim, so it looks at the list only. */
async function records(app: TestApp, path = "/records"): Promise<unknown[]> {
  return z.array(z.unknown()).parse(await (await app.call(`GET ${path}`, { headers })).json());
}

function keyOf(record: unknown): string {
  const { dnsName, recordType } = keySchema.parse(record);
  return `${dnsName} ${recordType}`;
}

describe("negotiation", () => {
  test("answers the managed domains under the exact media type", async () => {
    await using app = await makeManaged("dtk.io", "mydomain.io");
    const response = await app.call("GET /", { headers });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(webhookMediaType);
    expect(await response.text()).toBe('{"include":["dtk.io","mydomain.io"]}');
  });

  test("without a managed domain answers without a list, and still lets nothing pass", async () => {
    await using app = await makeTestApp();
    expect(await (await app.call("GET /", { headers })).text()).toBe("{}");
    const adjusted = await app.call("POST /adjustendpoints", {
      headers,
      body: '[{"dnsName":"foo.dtk.io","recordType":"A"}]',
    });
    expect(await adjusted.json()).toEqual([]);
  });

  test.each(["/clusters/kind-a", "/clusters/kind-a/"])(
    "%s answers {} so that domains can change at any time",
    async (path) => {
      await using app = await makeTestApp();
      await app.call("POST /clusters/kind-a/domains", { body: "dtk.io" });
      const response = await app.call(`GET ${path}`, { headers });
      expect([response.status, await response.text()]).toEqual([200, "{}"]);
      expect(response.headers.get("content-type")).toBe(webhookMediaType);
    },
  );

  test("is remembered with its time, and only when ExternalDNS asked", async () => {
    await using app = await makeManaged("dtk.io");
    const told = () => app.reconciler.read((store) => store.memory.negotiation(ofDefault));
    await app.call("GET /");
    expect(told()).toBeUndefined();
    await app.call("GET /", { headers });
    const first = told();
    expect(first?.include).toEqual(["dtk.io"]);
    app.pass(5000);
    await app.call("GET /", { headers });
    expect(told()).toEqual({ ...first, at: (first?.at ?? 0) + 5000 });
  });

  test("a browser gets a page instead", async () => {
    await using app = await makeManaged("dtk.io");
    const response = await app.call("GET /", { headers: { accept: "text/html,*/*" } });
    expect(response.headers.get("content-type")).toBe("text/html; charset=UTF-8");
  });
});

describe.each(exchanges)("$title", ({ adjust, change, stored }) => {
  test("adjusting gives back every endpoint, verbatim and in order", async () => {
    await using app = await makeManaged("dtk.io");
    const response = await app.call("POST /adjustendpoints", { headers, body: adjust });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(webhookMediaType);
    expect(await response.text()).toBe(adjust.trim());
  });

  test("a change is answered 204 and comes back verbatim", async () => {
    await using app = await makeManaged("dtk.io");
    const response = await app.call("POST /records", { headers, body: change });
    expect([response.status, await response.text()]).toEqual([204, ""]);
    const back = await records(app);
    expect(back.map(keyOf).toSorted()).toEqual([...stored].toSorted());
    const sent: { create?: unknown[]; Create?: unknown[] } = JSON.parse(change);
    const text = (values: unknown[]): string[] => values.map((value) => JSON.stringify(value)).toSorted();
    expect(text(back)).toEqual(text(sent.create ?? sent.Create ?? []));
  });

  test("the same change twice leaves the same, and its deletion nothing", async () => {
    await using app = await makeManaged("dtk.io");
    await app.call("POST /records", { headers, body: change });
    await app.call("POST /records", { headers, body: change });
    expect(await records(app)).toHaveLength(stored.length);
    const sent: { create?: unknown[]; Create?: unknown[] } = JSON.parse(change);
    const removal = JSON.stringify({ delete: sent.create ?? sent.Create });
    expect((await app.call("POST /records", { headers, body: removal })).status).toBe(204);
    expect(await records(app)).toEqual([]);
    expect((await app.call("POST /records", { headers, body: removal })).status).toBe(204);
  });
});

describe("POST /records", () => {
  test("an A that becomes a CNAME is a delete and a create in one, in any spelling of the keys", async () => {
    await using app = await makeManaged("dtk.io");
    const asA = { dnsName: "foo.dtk.io", targets: ["192.0.2.1"], recordType: "A" };
    const asCNAME = { dnsName: "foo.dtk.io", targets: ["foo.dtk.io"], recordType: "CNAME" };
    await app.call("POST /records", { headers, body: JSON.stringify({ create: [asA] }) });
    const body = JSON.stringify({ CREATE: [asCNAME], Delete: [asA], updateOld: null });
    expect((await app.call("POST /records", { headers, body })).status).toBe(204);
    expect(await records(app)).toEqual([asCNAME]);
  });

  test("an update replaces the old by the new", async () => {
    await using app = await makeManaged("dtk.io");
    const old = { dnsName: "foo.dtk.io", targets: ["192.0.2.1"], recordType: "A", recordTTL: 60 };
    const current = { ...old, targets: ["192.0.2.2"] };
    await app.call("POST /records", { headers, body: JSON.stringify({ create: [old] }) });
    await app.call("POST /records", { headers, body: JSON.stringify({ UpdateOld: [old], UpdateNew: [current] }) });
    expect(await records(app)).toEqual([current]);
  });

  test("no change at all is fine", async () => {
    await using app = await makeTestApp();
    expect((await app.call("POST /records", { headers, body: "{}" })).status).toBe(204);
  });

  test("stores what lies outside the managed domains: the store has no policy", async () => {
    await using app = await makeTestApp();
    const body = '{"create":[{"dnsName":"a.example.com","recordType":"A"}]}';
    expect((await app.call("POST /records", { headers, body })).status).toBe(204);
    expect(await records(app)).toHaveLength(1);
  });

  test("a sink that fails means 503, and the records are kept", async () => {
    await using app = await makeManaged("dtk.io");
    app.breakSink(trouble);
    const body = '{"create":[{"dnsName":"foo.dtk.io","recordType":"A"}]}';
    const response = await app.call("POST /records", { headers, body });
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({ error: trouble.message, hint: trouble.hint, code: trouble.code });
    expect(await records(app)).toHaveLength(1);
  });

  test("one bad endpoint is left out and said once, the rest is stored", async () => {
    await using app = await makeManaged("dtk.io");
    const bad = [null, 3, "foo", [], {}, { dnsName: 5 }, { dnsName: "a.dtk.io", recordType: "A", targets: [7] }];
    const good = { dnsName: "foo.dtk.io", targets: null, recordType: "A" };
    const body = JSON.stringify({ create: [...bad, good, { ...good, dnsName: "in\nject.dtk.io" }] });
    expect((await app.call("POST /records", { headers, body })).status).toBe(204);
    expect(await records(app)).toEqual([good]);
    const warnings = () => app.lines.filter(({ message }) => message.includes("is not an endpoint")).length;
    expect(warnings()).toBe(bad.length + 1);
    await app.call("POST /records", { headers, body });
    expect(warnings()).toBe(bad.length + 1);
  });
});

describe("POST /adjustendpoints", () => {
  const endpoints = [
    ["dtk.io", true],
    ["foo.dtk.io", true],
    ["FOO.DTK.IO", true],
    ["foo.dtk.io.", true],
    ["*.dtk.io", true],
    ["_srv._tcp.dtk.io", true],
    [`${"a".repeat(63)}.dtk.io`, true],
    [`${"a".repeat(64)}.dtk.io`, false],
    ["evildtk.io", false],
    ["dtk.io.evil.com", false],
    ["a b.dtk.io", false],
    ["a#b.dtk.io", false],
    ["a..dtk.io", false],
    ["", false],
  ] as const;

  test.each(endpoints)("%j passes: %s", async (dnsName, passes) => {
    await using app = await makeManaged("dtk.io");
    const endpoint = { dnsName, recordType: "A", targets: ["192.0.2.1"] };
    const response = await app.call("POST /adjustendpoints", { headers, body: JSON.stringify([endpoint]) });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(passes ? [endpoint] : []);
  });

  test.each(["[]", "null"])("%s, which means that no resource is left, is answered []", async (body) => {
    await using app = await makeManaged("dtk.io");
    const response = await app.call("POST /adjustendpoints", { headers, body });
    expect([response.status, await response.text()]).toEqual([200, "[]"]);
  });

  test("a removed domain's names are refused at once, and taken again when it comes back", async () => {
    await using app = await makeManaged("dtk.io");
    const body = '[{"dnsName":"foo.dtk.io","recordType":"A"}]';
    const adjust = async () => (await app.call("POST /adjustendpoints", { headers, body })).text();
    expect(await adjust()).toBe(body);
    await app.call("DELETE /domains/dtk.io");
    expect(await adjust()).toBe("[]");
    await app.call("POST /domains", { body: "dtk.io" });
    expect(await adjust()).toBe(body);
  });

  test("what is dropped is logged when first seen, and remembered only as long as it is offered", async () => {
    await using app = await makeManaged("dtk.io");
    const body = '[{"dnsName":"foo.example.com","recordType":"A"}]';
    const said = () =>
      app.lines.filter(({ message }) => message.startsWith("foo.example.com lies in no managed domain"));
    const leftOut = async () => (await app.status()).leftOut;
    await app.call("POST /adjustendpoints", { headers, body });
    await app.call("POST /adjustendpoints", { headers, body });
    expect(said()).toHaveLength(1);
    expect(await leftOut()).toMatchObject({ total: 1, list: [{ name: "foo.example.com", reason: "not-managed" }] });
    await app.call("POST /adjustendpoints", { headers, body: "[]" });
    expect(await leftOut()).toEqual({ total: 0, list: [] });
  });

  test("a flood of refused names fills neither log nor memory", async () => {
    await using app = await makeManaged("dtk.io");
    const list = Array.from({ length: 5000 }, (_, index) => ({ dnsName: `n${index}.example.com`, recordType: "A" }));
    await app.call("POST /adjustendpoints", { headers, body: JSON.stringify(list) });
    expect(app.lines.filter(({ level }) => level === "warn").length).toBeLessThan(30);
    const { leftOut } = await app.status();
    expect(leftOut.total).toBe(1000);
    expect(leftOut.list).toHaveLength(100);
  });
});

describe("what is nested 200,000 deep", () => {
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const shallow = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const good = '{"dnsName":"foo.dtk.io","recordType":"A"}';

  test.each([
    ["an unknown key", `{"dnsName":"deep.dtk.io","recordType":"A","shiny":${deep}}`, "record-too-large"],
    ["a label", `{"dnsName":"deep.dtk.io","recordType":"A","labels":{"a":${deep}}}`, "record-too-large"],
    ["an endpoint", deep, "not-an-endpoint"],
    ["an unknown key, less deep", `{"dnsName":"a.dtk.io","recordType":"A","shiny":${shallow}}`, "not-an-endpoint"],
  ])("%s: that endpoint is left out, the rest is taken", async (_, bad, expected) => {
    await using app = await makeManaged("dtk.io");
    const adjusted = await app.call("POST /adjustendpoints", { headers, body: `[${bad},${good}]` });
    expect([adjusted.status, await adjusted.text()]).toEqual([200, `[${good}]`]);
    const changed = await app.call("POST /records", { headers, body: `{"create":[${bad},${good}]}` });
    expect(changed.status).toBe(204);
    expect(await (await app.call("GET /records", { headers })).text()).toBe(`[${good}]`);
    expect((await app.status()).leftOut.list.map(({ reason }) => reason)).toEqual(Array(2).fill(expected));
  });

  test.each(["/adjustendpoints", "/records", "/domains"])("the whole body: POST %s is 400", async (path) => {
    await using app = await makeManaged("dtk.io");
    for (const body of [`{"create":{"a":${deep}}}`, ...(path === "/adjustendpoints" ? [] : [deep])]) {
      expect((await app.call(`POST ${path}`, { headers, body })).status).toBe(400);
    }
  });
});

describe("what is not for us", () => {
  const bad = [
    ["/adjustendpoints", "not JSON"],
    ["/adjustendpoints", ""],
    ["/adjustendpoints", "{}"],
    ["/adjustendpoints", '"text"'],
    ["/records", "not JSON"],
    ["/records", ""],
    ["/records", "[]"],
    ["/records", "null"],
    ["/records", '{"create":{}}'],
    ["/records", '{"Delete":"foo.dtk.io"}'],
  ] as const;

  test.each(bad)("POST %s with %j is 400 without the webhook's media type", async (path, body) => {
    await using app = await makeManaged("dtk.io");
    const response = await app.call(`POST ${path}`, { headers, body });
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  });

  test("bytes that are not UTF-8 are 400, since they could not come back verbatim", async () => {
    await using app = await makeManaged("dtk.io");
    const body = Buffer.from('[{"dnsName":"f\xffo.dtk.io","recordType":"A"}]', "latin1");
    expect((await app.call("POST /adjustendpoints", { headers, body })).status).toBe(400);
  });

  const requests = ["GET /", "GET /records", "POST /adjustendpoints", "POST /records"];

  test.each(requests)("%s of an unknown cluster is 503", async (request) => {
    await using app = await makeTestApp();
    for (const name of ["unknown", "Kind-A", "a.b", "-", "%00"]) {
      const path = request.replace(" /", ` /clusters/${name}/`);
      const response = await app.call(path, { headers, ...(request.startsWith("POST") ? { body: "[]" } : {}) });
      expect([path, response.status]).toEqual([path, 503]);
      expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    }
  });

  test.each(requests)("%s while the store cannot be used is 503, never an empty list", async (request) => {
    await using app = await makeManaged("dtk.io");
    app.breakStore(trouble);
    const response = await app.call(request, { headers, ...(request.startsWith("POST") ? { body: "null" } : {}) });
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({ error: trouble.message, hint: trouble.hint, code: trouble.code });
    app.breakStore(undefined);
    expect((await app.call("GET /records", { headers })).status).toBe(200);
  });

  test.each(requests)("%s of an address outside the allow list is 503", async (request) => {
    await using app = await makeManaged("dtk.io");
    const body = request.startsWith("POST") ? { body: "null" } : {};
    expect((await app.call(request, { headers, from: neighbour, ...body })).status).toBe(503);
    expect((await app.call(request, { headers, from: guest, ...body })).status).not.toBe(503);
  });
});

test.each(["heard", "negotiated"] as const)("what is stored can be read while %s cannot be noted", async (method) => {
  await using app = await makeManaged("dtk.io");
  app.breakStore(trouble, method);
  for (const request of ["GET /", "GET /records"]) {
    expect((await app.call(request, { headers })).status).toBe(200);
  }
  expect(app.reconciler.state().storeTrouble).toMatchObject(trouble);
});

describe("several clusters", () => {
  test("each has records of its own, with and without a trailing slash", async () => {
    await using app = await makeTestApp();
    await app.call("POST /clusters/kind-a/domains", { body: "dtk.io" });
    const body = '{"create":[{"dnsName":"foo.dtk.io","recordType":"A"}]}';
    expect((await app.call("POST /clusters/kind-a/records/", { headers, body })).status).toBe(204);
    expect(await records(app, "/clusters/kind-a/records")).toHaveLength(1);
    expect(await records(app, "/clusters/kind-a/records/")).toHaveLength(1);
    expect(await records(app)).toEqual([]);
  });

  test("default is the unnamed one", async () => {
    await using app = await makeManaged("dtk.io");
    await app.call("POST /records", { headers, body: '{"create":[{"dnsName":"foo.dtk.io","recordType":"A"}]}' });
    expect(await records(app, "/clusters/default/records")).toHaveLength(1);
  });

  test("only ExternalDNS's own requests count as a sign of life", async () => {
    await using app = await makeTestApp();
    const heard = async () => (await app.status()).clusters[0]?.lastHeard;
    await app.call("GET /records");
    expect(await heard()).toBeNull();
    await app.call("POST /records", { body: "{}", headers: { "content-type": webhookMediaType } });
    expect(await heard()).toBe("2026-01-01T00:00:00.000Z");
  });
});

test("a body of 5 MiB is adjusted, stored and given back", async () => {
  await using app = await makeManaged("dtk.io");
  const list = Array.from({ length: 35_000 }, (_, index) => ({
    dnsName: `host-${index}.apps.dtk.io`,
    targets: ["foo.dtk.io"],
    recordType: "CNAME",
    labels: { owner: "default", resource: `ingress/namespace-${index % 100}/name-${index}` },
  }));
  const text = JSON.stringify(list);
  expect(text.length).toBeGreaterThan(5 * 1024 * 1024);
  const adjusted = await app.call("POST /adjustendpoints", { headers, body: text });
  expect((await adjusted.text()) === text).toBe(true);
  expect((await app.call("POST /records", { headers, body: JSON.stringify({ create: list }) })).status).toBe(204);
  expect(await records(app)).toHaveLength(list.length);
});
